"""`bulk-admin dead-letters list | show | replay | discard`; `--help` says more."""

import logging
import os
import shutil
import sys

from contracts.topology import TOPOLOGY
from deploy.admin.commands import run


def main() -> int:
    """Run one command; the exit status: 0 done, 1 not or not wholly, 2 wrongly asked."""
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # what matters of it is told in our words
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return run(sys.argv[1:], env=os.environ, topology=TOPOLOGY, out=sys.stdout, err=sys.stderr, width=width)


if __name__ == "__main__":
    sys.exit(main())
