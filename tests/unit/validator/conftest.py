"""What the validator's tests have in common."""

from pathlib import Path

import pytest

from tests.unit.validator.fakes import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(folder=tmp_path)
