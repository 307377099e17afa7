"""Named places in the code where a test makes the process die, fail or dawdle. Nothing happens there unless armed.

Armed once, at the start of a process, from `BULK_FAILPOINTS`, and only where `BULK_ENVIRONMENT` is `test`. It names
places, faults and hits, with commas between: `consumer.after-handler=kill@3` kills the process (SIGKILL) when it comes
there the third time, `…=raise@1` raises `Provoked`, `…=delay:500ms@2` waits. `@1` may be left out. A process that is
started again counts from the beginning; with `BULK_FAILPOINTS_MARKS`, a folder, each fault happens in one process only.
"""

import logging
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

log = logging.getLogger(__name__)

Name = Literal[
    "consumer.after-read",  # before the handler
    "consumer.after-handler",  # its effects are committed, nothing is published yet
    "consumer.after-publish",  # before the acknowledgement
    "upload.relay.after-publish",  # before the message leaves the outbox
    "upload.receiving.mid-body",  # at each block of a file
    "provisioner.mid-copy",  # at each row on its way into the database
    "provisioner.before-commit",
    "eventlog.before-commit",
    "eventlog.mid-summary",  # at each row of a summary
]

_FAULT = re.compile(r"(?P<name>[a-z.-]+)=(?P<kind>kill|raise|delay:(?P<ms>\d{1,6})ms)(?:@(?P<hit>[1-9]\d{0,8}))?")


class Provoked(Exception):
    """The failure that a failpoint was told to raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens at the place `name` when it is reached for the `hit`th time; `delay` in seconds."""

    name: str
    kind: Literal["kill", "raise", "delay"]
    hit: int = 1
    delay: float = 0.0


class Failpoints:
    """Counts the hits, and lets the faults happen. `marks`: a folder in which each leaves a file, and only the first
    process that can make that file has the fault."""

    def __init__(
        self, faults: tuple[Fault, ...], *, marks: Path | None = None, kill: Callable[[], object] | None = None
    ) -> None:
        self._faults = {(fault.name, fault.hit): fault for fault in faults}
        self._marks = marks
        self._kill = kill or _kill
        self._hits: Counter[str] = Counter()
        self._lock = threading.Lock()

    def hit(self, name: str) -> None:
        """The place was reached once more. Raises `Provoked` where that is the fault."""
        with self._lock:
            self._hits[name] += 1
            fault = self._faults.get((name, self._hits[name]))
        if fault is not None and self._is_first(fault):
            self._happen(fault)

    def _is_first(self, fault: Fault) -> bool:
        if self._marks is None:
            return True
        try:
            (self._marks / f"{fault.name}.{fault.kind}.{fault.hit}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _happen(self, fault: Fault) -> None:
        log.warning("failpoint %s, hit %d: %s", fault.name, fault.hit, fault.kind)
        if fault.kind == "kill":
            self._kill()
        elif fault.kind == "delay":
            time.sleep(fault.delay)
        else:
            raise Provoked(f"failpoint {fault.name}, hit {fault.hit}")


_armed: Failpoints | None = None


def hit(name: Name) -> None:
    """Say that this place was reached."""
    if _armed is not None:
        _armed.hit(name)


def arm(env: Mapping[str, str]) -> None:
    """Read the settings of this process; without `BULK_FAILPOINTS` nothing is armed.

    Raises SystemExit, with what is wrong: a process with faults nobody meant must not start.
    """
    global _armed
    text = env.get("BULK_FAILPOINTS", "").strip()
    if text and env.get("BULK_ENVIRONMENT", "").strip() != "test":
        raise SystemExit(
            "BULK_FAILPOINTS makes the process fail on purpose and is for tests only. "
            "Remove it, or set BULK_ENVIRONMENT=test."
        )
    marks = env.get("BULK_FAILPOINTS_MARKS", "").strip()
    _armed = Failpoints(parse(text), marks=Path(marks) if marks else None) if text else None
    if text:
        log.warning("failpoints are armed: %s", text)


def parse(text: str) -> tuple[Fault, ...]:
    """The faults that the setting names. Raises SystemExit for one that can't be read or has no such place."""
    return tuple(_fault(part.strip()) for part in text.split(","))


def _fault(text: str) -> Fault:
    match = _FAULT.fullmatch(text)
    if match is None:
        raise SystemExit(
            f"BULK_FAILPOINTS: {text!r} does not read name=kill@3, name=raise@1 or name=delay:500ms@2. "
            "The first part is the place, the number after @ the hit."
        )
    if match["name"] not in get_args(Name):
        raise SystemExit(f"BULK_FAILPOINTS: there is no place {match['name']!r}, only {', '.join(get_args(Name))}.")
    hit = int(match["hit"] or 1)
    if match["kind"] == "kill":
        return Fault(name=match["name"], kind="kill", hit=hit)
    if match["kind"] == "raise":
        return Fault(name=match["name"], kind="raise", hit=hit)
    return Fault(name=match["name"], kind="delay", hit=hit, delay=int(match["ms"]) / 1000)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
