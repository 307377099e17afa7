"""Jobs go on while every service is restarted, upgraded and taken back, and whatever is started first."""

from pathlib import Path

import psycopg
import pytest

from tests.faults.campaign import Campaign, Deal, creations
from tests.faults.system import System, started
from tests.faults.upgrades import newer, rolling_restart, started_over, stream, upgrade_and_back
from tests.faults.world import Fault
from tests.servers import private_folder

SEED = 20261122

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def violations(system: System, fault: Fault, deal: Deal, runs: int = 1) -> list[str]:
    results = Campaign(system=system, seed=SEED, kinds={"operator": fault}, deal=deal).run(range(runs))
    assert not any(result.skipped for result in results)
    return [str(violation) for result in results for violation in result.violations]


def test_every_service_is_restarted_while_jobs_run() -> None:
    with private_folder() as folder, started(folder) as system:
        assert violations(system, rolling_restart, stream) == []
        assert system.deaths == 0, "a process that is asked to stop and started again has not died"


def test_old_and_new_code_work_side_by_side(tmp_path: Path) -> None:
    """Half-way through the upgrade, and through the way back, every message may come from either build."""
    tree = newer(tmp_path)
    with private_folder() as folder, started(folder) as system:
        assert violations(system, upgrade_and_back(tree), stream) == []
        with psycopg.connect(system.dsn("provisioner")) as connection:
            assert connection.execute("SELECT count(remark) FROM seats").fetchone() == (0,), (
                "the newer tables are there"
            )


def test_the_order_of_the_start_does_not_matter() -> None:
    with private_folder() as folder, started(folder) as system:
        assert violations(system, started_over, creations, runs=2) == []
