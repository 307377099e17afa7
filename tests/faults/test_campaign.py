"""A short campaign with a fixed seed: one run of every kind of fault, and every promise kept. `make faults` is the
long one."""

from random import Random

import pytest

from tests.faults.campaign import Campaign
from tests.faults.changes import changes
from tests.faults.nemesis import FAULTS, IMPATIENT, LOSSES, NODES, group
from tests.faults.system import started
from tests.servers import private_folder

SEED = 20261122
MIDST = ["kill provisioner-worker", "failpoint provisioner.before-commit", "failpoint consumer.after", "messages twice"]

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


def test_every_promise_holds_under_one_fault_of_each_kind() -> None:
    names = Random(SEED).sample(list(FAULTS), len(FAULTS))
    one_of_each = list({group(name): name for name in names}.values())
    with private_folder() as folder, started(folder) as system:
        results = Campaign(system=system, seed=SEED, only=one_of_each).run(range(len(one_of_each)))
    assert len(results) == len(one_of_each)
    assert [str(violation) for result in results for violation in result.violations] == []


def test_every_promise_holds_for_updates_deletions_and_undo() -> None:
    """One fault of each group again is for `make faults`: here those that meet a chunk in the middle."""
    with private_folder() as folder, started(folder) as system:
        results = Campaign(system=system, seed=SEED, only=MIDST, deal=changes).run(range(8))
    assert [str(violation) for result in results for violation in result.violations] == []
    assert sum(result.deaths for result in results) > 0


def test_jobs_whose_messages_the_broker_lost_are_taken_up_again() -> None:
    with private_folder() as folder, started(folder, settings=IMPATIENT) as system:
        results = Campaign(system=system, seed=SEED, kinds=LOSSES).run(range(3))
    assert [str(violation) for result in results for violation in result.violations] == []
    assert any(not note.startswith("0 of") for result in results for note in result.notes), "nothing was lost"


def test_a_cluster_may_lose_one_node_at_a_time() -> None:
    with private_folder() as folder, started(folder, clustered=True) as system:
        results = Campaign(system=system, seed=SEED, kinds=NODES).run(range(2))
    assert [str(violation) for result in results for violation in result.violations] == []
    assert not any(result.skipped for result in results)
