"""Which tests stay in one process when tests run side by side (`pytest -n 3`)."""

from collections.abc import Callable
from typing import Final

from xdist.scheduler import LoadScopeScheduling

#: Folders whose tests share a system that is started for them, and the file there that starts its own.
_ON_A_STARTED_SYSTEM: Final = ("tests/browser/", "tests/e2e/")
_ON_ITS_OWN: Final = "tests/e2e/test_outages.py"

#: Each of these tests starts a system and breaks it, but for those of one file, which share one.
_FAULTS: Final = "tests/faults/"
_SHARE_A_SYSTEM: Final = "tests/faults/test_sources.py"


def together(test: str) -> str:
    """What a test, by its id, has in common with those that are to run in the same process, one after the other."""
    file = test.partition("::")[0]
    for folder in _ON_A_STARTED_SYSTEM:
        if file.startswith(folder) and file != _ON_ITS_OWN:
            return folder
    if file.startswith(_FAULTS) and file != _SHARE_A_SYSTEM:
        return test
    return file


class SideBySide(LoadScopeScheduling):  # type: ignore[misc]  # xdist's schedulers are not typed
    """Gives a process all tests of a group, in the order in which they are collected: those that take long come early.

    Only with `--no-loadscope-reorder`; else the groups of a few tests come last, among them the longest ones.
    """

    _split_scope: Callable[[str], str] = staticmethod(together)
