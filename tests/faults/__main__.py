"""`python -m tests.faults`: run a campaign against a system of its own, and tell what was found."""

import argparse
import sys
import time
from pathlib import Path

from deploy.embedded.parts import ROOT
from tests.faults.campaign import Campaign
from tests.faults.nemesis import FAULTS, IMPATIENT, LOSSES, NODES
from tests.faults.report import report, write
from tests.faults.system import started
from tests.servers import private_folder


def main() -> int:
    given = _arguments()
    began = time.monotonic()
    kinds, settings = (LOSSES, IMPATIENT) if given.losses else (NODES if given.cluster else FAULTS, {})
    with (
        private_folder() as folder,
        started(folder, tree=given.tree, settings=settings, clustered=given.cluster) as system,
    ):
        campaign = Campaign(system=system, seed=given.seed, only=given.only, kinds=kinds, bound=given.bound)
        campaign.say(f"Ready after {time.monotonic() - began:.0f} s; seed {given.seed}.")
        results = campaign.run(range(given.first, given.first + given.runs))
    told = report(results, seed=given.seed)
    campaign.say(told)
    violations = [violation for result in results for violation in result.violations]
    if given.report is not None and not violations:
        write(given.report, told)
    return 1 if violations else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="how many (50)")
    parser.add_argument("--seed", type=int, default=20261122, help="the same seed gives the same jobs and faults")
    parser.add_argument("--first", type=int, default=0, help="the number of the first run, to repeat one")
    parser.add_argument("--only", action="append", default=[], help="how the names of faults begin; may come again")
    parser.add_argument("--bound", type=float, default=90.0, help="seconds within which jobs have to end")
    parser.add_argument("--losses", action="store_true", help="messages are lost, the reconciler is impatient")
    parser.add_argument("--cluster", action="store_true", help="three RabbitMQ nodes, which go and come back")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the code that the services run from")
    parser.add_argument("--report", type=Path, help="the page whose table the result replaces, if all was kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
