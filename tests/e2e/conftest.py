"""The public API of the started system."""

import pytest

from tests.e2e.api import Api
from tests.stack import Stack


@pytest.fixture(scope="session")
def api(stack: Stack) -> Api:
    return Api(stack)
