"""Which tests stay in one process when tests run side by side (`pytest -n 3`)."""

from collections.abc import Callable
from typing import Final

from xdist.scheduler import LoadScopeScheduling

#: Folders whose tests use the one system that is started for a run, and the file there that starts its own.
_ON_THE_STARTED_SYSTEM: Final = ("tests/browser/", "tests/e2e/")
_ON_ITS_OWN: Final = "tests/e2e/test_outages.py"

#: Each of these tests starts a system and breaks it, but for those of one file, which share one.
_FAULTS: Final = "tests/faults/"
_SHARE_A_SYSTEM: Final = "tests/faults/test_sources.py"


def together(test: str) -> str:
    """What a test, by its id, has in common with those that are to run in the same process, one after the other."""
    file = test.partition("::")[0]
    if file.startswith(_ON_THE_STARTED_SYSTEM) and file != _ON_ITS_OWN:
        return "the started system"
    if file.startswith(_FAULTS) and file != _SHARE_A_SYSTEM:
        return test
    return file


class SideBySide(LoadScopeScheduling):  # type: ignore[misc]  # xdist's schedulers are not typed
    """Gives processes all tests of a group at once, the largest group first."""

    _split_scope: Callable[[str], str] = staticmethod(together)
