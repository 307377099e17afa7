"""`python -m bench.rivals ROLE FILE`: one program of the benchmark, which stays until it is stopped."""

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from bench.rivals.task import Task, read

ROLES = {
    "copy": "copying",
    "django_import": "django_shop.program",
    "publish": "row_by_row",
    "consume": "row_by_row",
    "send": "celery_tasks",
    "work": "celery_tasks",
}
"""Where each is; only what is needed is loaded, for memory is measured."""


def main(role: str, path: str) -> None:
    act: Callable[[Task], object] = getattr(import_module(f"bench.rivals.{ROLES[role]}"), role)
    kept = act(read(Path(path)))  # open connections, whose bytes the broker is asked for afterwards
    threading.Event().wait()
    del kept


if __name__ == "__main__":
    main(*sys.argv[1:])
