"""What processes use, as Linux tells it in /proc: processor time, and the most memory they ever had at once."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_FORGET_PEAK = "5"  # proc_pid_clear_refs(5): "reset the peak resident set size"
_SAMPLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A process. ``cpu`` is in seconds, with that of its children that have ended."""

    pid: int
    parent: int
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of each part: seconds of processor time; bytes of its largest process at its largest."""

    cpu: Mapping[str, float]
    peaks: Mapping[str, int]


def running() -> dict[int, Status]:
    """All processes of the machine."""
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it has ended since it was listed
                status = _parsed((entry / "stat").read_text())
                found[status.pid] = status
    return found


def _parsed(text: str) -> Status:
    """A line of /proc/PID/stat; the name, in brackets, may hold anything."""
    pid, _, rest = text.partition(" (")
    fields = rest.rpartition(")")[2].split()
    return Status(pid=int(pid), parent=int(fields[1]), cpu=sum(map(int, fields[11:15])) / _TICKS)


def by_part(processes: Mapping[int, Status], roots: Mapping[str, int]) -> dict[str, list[Status]]:
    """The processes of each part: its root, and the descendants that no other part's root is nearer to."""
    parts: dict[str, list[Status]] = {name: [] for name in roots}
    names = {pid: name for name, pid in roots.items()}
    for process in processes.values():
        for ancestor in _line(process, processes):
            if ancestor in names:
                parts[names[ancestor]].append(process)
                break
    return parts


def _line(process: Status, processes: Mapping[int, Status]) -> Iterator[int]:
    """A process, its parent, and so on."""
    seen: set[int] = set()
    pid: int | None = process.pid
    while pid is not None and pid not in seen:
        seen.add(pid)
        yield pid
        above = processes.get(pid)
        pid = None if above is None else above.parent


def peak(pid: int) -> int:
    """The most resident memory that a process has had, in bytes; 0 if it has ended."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def forget_peak(pid: int) -> None:
    """Let the peak begin anew from what the process has now, where we may."""
    with suppress(OSError):
        (_PROC / str(pid) / "clear_refs").write_text(_FORGET_PEAK)


@dataclass(slots=True)
class Watch:
    """What the parts used from `begin` to `end`. ``roots``, asked each time, tells the first process of each part."""

    roots: Callable[[], Mapping[str, int]]
    _before: dict[str, float] = field(default_factory=dict, init=False)
    _peaks: dict[str, int] = field(default_factory=dict, init=False)

    def begin(self) -> None:
        for name, processes in self._parts().items():
            self._before[name] = sum(process.cpu for process in processes)
            for process in processes:
                forget_peak(process.pid)

    def sample(self) -> None:
        """Look at the peaks now, so that those of processes that end soon are known too."""
        self._note(self._parts())

    def end(self) -> Usage:
        parts = self._parts()
        self._note(parts)
        now = {name: sum(process.cpu for process in processes) for name, processes in parts.items()}
        cpu = {name: max(0.0, total - self._before.get(name, 0.0)) for name, total in now.items()}
        return Usage(cpu=cpu, peaks=dict(self._peaks))

    def _parts(self) -> dict[str, list[Status]]:
        return by_part(running(), self.roots())

    def _note(self, parts: Mapping[str, list[Status]]) -> None:
        for name, processes in parts.items():
            largest = max((peak(process.pid) for process in processes), default=0)
            self._peaks[name] = max(self._peaks.get(name, 0), largest)


@contextmanager
def sampling(watch: Watch) -> Iterator[None]:
    """Look at the peaks once a second while the block runs."""
    stop = threading.Event()

    def sample() -> None:
        while not stop.wait(_SAMPLE_SECONDS):
            watch.sample()

    thread = threading.Thread(target=sample, name="sampling")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
