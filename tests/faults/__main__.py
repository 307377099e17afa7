"""`python -m tests.faults`: run a campaign against a system of its own, and tell what was found."""

import argparse
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.embedded.parts import ROOT
from tests.faults.campaign import Campaign, creations
from tests.faults.changes import changes
from tests.faults.nemesis import FAULTS, IMPATIENT, LOSSES, NODES
from tests.faults.report import Part, report, write
from tests.faults.system import started
from tests.faults.world import Fault
from tests.servers import private_folder

KINDS: Mapping[Part, Mapping[str, Fault]] = {"faults": FAULTS, "changes": FAULTS, "losses": LOSSES, "cluster": NODES}


def main() -> int:
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended before its time."))  # with everything that was started
    began = time.monotonic()
    part: Part = given.part
    settings = IMPATIENT if part == "losses" else {}
    with (
        private_folder() as folder,
        started(folder, tree=given.tree, settings=settings, clustered=part == "cluster") as system,
    ):
        campaign = Campaign(
            system=system,
            seed=given.seed,
            only=given.only,
            kinds=KINDS[part],
            bound=given.bound,
            deal=changes if part == "changes" else creations,
            flags="" if part == "faults" else f" --part {part}",
        )
        campaign.say(f"Ready after {time.monotonic() - began:.0f} s; seed {given.seed}.")
        results = campaign.run(range(given.first, given.first + given.runs))
    told = report(results, seed=given.seed)
    campaign.say(told)
    violations = [violation for result in results for violation in result.violations]
    if given.report is not None and not violations:
        write(given.report, told, part=part)
    return 1 if violations else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="how many (50)")
    parser.add_argument("--seed", type=int, default=20261122, help="the same seed gives the same jobs and faults")
    parser.add_argument("--first", type=int, default=0, help="the number of the first run, to repeat one")
    parser.add_argument("--only", action="append", default=[], help="how the names of faults begin; may come again")
    parser.add_argument("--bound", type=float, default=90.0, help="seconds within which jobs have to end")
    parser.add_argument(
        "--part",
        choices=KINDS,
        default="faults",
        help="what is asked for, or what else breaks",
    )
    parser.add_argument("--tree", type=Path, default=ROOT, help="the code that the services run from")
    parser.add_argument("--report", type=Path, help="the page whose table the result replaces, if all was kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
