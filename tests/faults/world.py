"""What a fault is given to work with."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.system import System

Steps = Iterator[None]


@dataclass(slots=True, kw_only=True)
class World:
    """What a fault works on. `marks` is a fresh folder for this run; `notes` are told with its result.

    `returned` is the clock when a server that had gone was back.
    """

    system: System
    chance: Random
    marks: Path
    clock: Callable[[], float]
    notes: list[str] = field(default_factory=list)
    returned: float | None = None
    _pause: threading.Event = field(default_factory=threading.Event)

    def wait(self, least: float, most: float) -> None:
        """Some seconds, by chance."""
        self._pause.wait(self.chance.uniform(least, most))


Fault = Callable[[World], Steps]


class CanNotStrike(Exception):
    """This kind of fault can't be had on this machine; the message says why."""
