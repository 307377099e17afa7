"""Keeps processes running: one that ends is started again, after a while that grows with each time it ends."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.log_stream import LogStream
from deploy.embedded.process import Process, Program

_LONGEST_PAUSE = 30.0  # seconds
_SOUND_AFTER = 60.0  # seconds; a run that lasted longer starts the count of ends anew


@dataclass(slots=True)
class Kept:
    """One process and its history. `ends` counts the runs that ended too soon, `due` is when to start again."""

    process: Process
    ends: int = 0
    due: float | None = None
    began: float = 0.0


@dataclass(slots=True)
class Keeper:
    """All processes, in the order of their start. Use it from one thread, the one that lives longest."""

    folder: Path
    stream: LogStream
    clock: Callable[[], float] = time.monotonic
    _kept: list[Kept] = field(default_factory=list, init=False)

    def start(self, programs: Sequence[Program]) -> None:
        for program in programs:
            kept = Kept(Process(program, self.folder / f"{program.name}.pid"))
            self._kept.append(kept)
            self._run(kept)

    def tend(self) -> None:
        """Start again what has ended and is due; call it a few times a second."""
        for kept in self._kept:
            status = kept.process.ended()
            if status is None:
                continue
            if kept.due is None:
                kept.due = self.clock() + self._pause_after(kept, status)
            elif self.clock() >= kept.due:
                kept.process.stop()
                self._run(kept)

    def often_ended(self) -> list[str]:
        """The names of those that ended three times in a row soon after their start."""
        return [kept.process.program.name for kept in self._kept if kept.ends >= 3]

    def stop(self) -> None:
        """Stop all: asked in the opposite order of their start, then waited for."""
        for kept in reversed(self._kept):
            kept.process.ask_to_stop()
        for kept in reversed(self._kept):
            kept.process.stop()
        self._kept.clear()

    def _run(self, kept: Kept) -> None:
        kept.process.start()
        kept.due, kept.began = None, self.clock()
        if kept.process.output is not None:
            self.stream.follow(kept.process.output, kept.process.program.name)

    def _pause_after(self, kept: Kept, status: int) -> float:
        kept.ends = 1 if self.clock() - kept.began > _SOUND_AFTER else kept.ends + 1
        pause = min(2.0 ** (kept.ends - 1), _LONGEST_PAUSE)
        name = kept.process.program.name
        self.stream.say(f"{name} | ended ({_in_words(status)}); it is started again in {pause:.0f} s")
        return pause


def _in_words(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
