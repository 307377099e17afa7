"""The campaign finds out what is built wrong: it would tell if the product were."""

from pathlib import Path

import pytest

from tests.faults.broken import BUILDS, copy
from tests.faults.campaign import Campaign
from tests.faults.system import started
from tests.servers import private_folder

SEED = 7
RUNS = 12
BOUND = 12.0  # seconds; sound builds need a few at most

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", BUILDS)
def test_a_broken_build_is_found_out(name: str, tmp_path: Path) -> None:
    build = BUILDS[name]
    tree = copy(build, tmp_path)
    with private_folder() as folder, started(folder, tree=tree) as system:
        campaign = Campaign(system=system, seed=SEED, only=build.faults, bound=BOUND, empty=5.0, deal=build.deal)
        results = campaign.run(range(RUNS))
    found = {violation.broken for result in results for violation in result.violations}
    assert found & build.shows, f"{len(results)} runs found {found or 'nothing'}"
