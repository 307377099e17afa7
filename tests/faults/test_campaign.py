"""A short campaign with a fixed seed: one run of every kind of fault, and every promise kept. `make faults` is the
long one."""

import pytest

from tests.faults.campaign import Campaign
from tests.faults.nemesis import FAULTS, group
from tests.faults.system import started
from tests.servers import private_folder

SEED = 20261122

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


def test_every_promise_holds_under_one_fault_of_each_kind() -> None:
    one_of_each = list({group(name): name for name in FAULTS}.values())
    with private_folder() as folder, started(folder) as system:
        results = Campaign(system=system, seed=SEED, only=one_of_each).run(range(len(one_of_each)))
    assert len(results) == len(one_of_each)
    assert [str(violation) for result in results for violation in result.violations] == []
