"""Makes the Seats of one chunk at the phone system: several calls at once, no more than are permitted."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from services.provisioner.directory import NotMade
from services.provisioner.phone_system.answers import Accepted, Answer, Busy, Failed, Refused, Wrong
from services.provisioner.phone_system.client import PhoneSystem, Row
from services.provisioner.phone_system.progress import Progress
from services.provisioner.phone_system.purse import Purse
from services.provisioner.phone_system.rate import Rate
from services.provisioner.phone_system.todo import Todo

#: New rows that are noted as asked before the first of them is called.
AHEAD: Final = 64

#: Seconds between two looks at what may have changed, and between two times that progress is kept.
_TICK: Final = 0.25
_KEEP: Final = 1.0

#: So many calls in a row that fail, or two rounds of all that are made at once, and the phone system counts as away.
_AWAY: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``calls`` at once; the rest in seconds.

    ``turn``: how long one message is worked on before it waits its turn again; RabbitMQ gives up on a reader who takes
    30 minutes for two. ``validity``: how old a permit may be when its call begins. ``patience``: how long a row is
    tried over which the phone system breaks down.
    """

    calls: int
    turn: float = 600.0
    validity: float = 15.0
    patience: float = 600.0


class _NotSent:
    """The call was not made."""


Told = Answer | _NotSent


class Calling:
    """One run over the rows of a chunk, in the caller's thread; the calls themselves are made in ``threads``.

    ``keep`` stores the progress and tells whether the job was cancelled; it is called before any row is called of which
    it does not know yet. When ``stop`` is set no further call begins.
    """

    def __init__(
        self,
        progress: Progress,
        *,
        phone_system: PhoneSystem,
        threads: Executor,
        rate: Rate,
        keep: Callable[[Progress], bool],
        stop: threading.Event,
        limits: Limits,
    ) -> None:
        self._progress = progress
        self._phone_system = phone_system
        self._threads = threads
        self._rate = rate
        self._keep = keep
        self._stop = stop
        self._limits = limits
        self._purse = Purse(rate, calls=limits.calls, validity=limits.validity)
        self._halted = threading.Event()
        self._answers: SimpleQueue[Future[tuple[Row, Told]]] = SimpleQueue()
        self._todo = Todo((), progress)
        self._under_way = 0
        self._keep_at = 0.0
        self._failures = 0
        self._sent = progress.asked
        self._cancelled = False
        self._why: str | None = None

    def run(self, rows: Sequence[Row]) -> str | None:
        """Call for all rows that are not decided. Why some still are not; None if all are, or need not be."""
        self._todo = Todo(rows, self._progress)
        turn_over = time.monotonic() + self._limits.turn
        try:
            self._keep_progress()
            while self._goes_on(turn_over):
                self._send()
                self._hear(self._pause())
        finally:
            self._halt()
        self._progress.asked = self._sent
        return self._why or self._left()

    def _goes_on(self, turn_over: float) -> bool:
        now = time.monotonic()
        if self._stop.is_set():
            self._why = self._why or "this provisioner stops; its Seats are made by the next"
        elif now >= turn_over:
            self._why = self._why or "its turn is over, and it goes on later"
        if self._why is not None:
            return False
        if now >= self._keep_at:
            self._keep_progress()
        return bool(self._todo) or self._under_way > 0

    def _send(self) -> None:
        """Begin as many calls as may be: twice those made at once, so that no thread waits for this one."""
        self._purse.fill(under_way=self._under_way, ready=self._todo.ready(time.monotonic()))
        while self._todo.ready(time.monotonic()) and self._purse.take():
            row = self._todo.next(time.monotonic())
            if row is None or not self._may_be_asked(row):
                self._purse.put_back()
                return
            self._under_way += 1
            self._threads.submit(self._call, row, self._purse.valid_until).add_done_callback(self._answers.put)

    def _may_be_asked(self, row: Row) -> bool:
        """Whether a call may begin, after noting that it may have; no if the job was cancelled a moment ago."""
        if row.line > self._progress.asked:
            self._progress.asked = max(row.line, self._todo.ahead(AHEAD))
            self._keep_progress()
            return not self._cancelled
        return True

    def _call(self, row: Row, valid_until: float) -> tuple[Row, Told]:
        if self._halted.is_set() or self._rate.is_held() or time.monotonic() > valid_until:
            return row, _NotSent()
        answer = self._phone_system.make(row)
        if isinstance(answer, Busy):
            self._rate.hold(answer.seconds)
        return row, answer

    def _pause(self) -> float:
        """Seconds to wait for an answer before looking again at what else there is to do."""
        waits = (_TICK, self._todo.wait(time.monotonic()), self._purse.wait())
        return min(wait for wait in waits if wait)

    def _hear(self, seconds: float) -> None:
        """Take in the answers that are there, and wait a while for the first."""
        try:
            self._take(self._answers.get(timeout=seconds))
            while True:
                self._take(self._answers.get_nowait())
        except Empty:
            return

    def _take(self, future: "Future[tuple[Row, Told]]") -> None:
        self._under_way -= 1
        row, told = future.result()
        if isinstance(told, _NotSent):
            self._purse.put_back()
            self._todo.put_back(row)
            return
        self._purse.spent()
        self._sent = max(self._sent, row.line)
        if isinstance(told, Accepted | Refused):
            self._decide(row, told)
        else:
            self._put_off(row, told)

    def _decide(self, row: Row, told: Accepted | Refused) -> None:
        self._failures = 0
        self._progress.broken.pop(row.line, None)
        if isinstance(told, Accepted):
            self._progress.made.add(row.line)
        else:
            self._progress.refused[row.line] = told.outcome

    def _put_off(self, row: Row, told: Busy | Failed | Wrong) -> None:
        if isinstance(told, Busy):
            self._rate.pause(told.seconds, emptied=told.too_many)
            self._todo.put_back(row, in_doubt=not told.too_many)
            return
        if isinstance(told, Wrong):
            self._why = told.reason
            return
        if told.broken:
            self._progress.broken.setdefault(row.line, time.time())
        self._todo.failed(row, time.monotonic())
        self._failures += 1
        if self._failures >= max(2 * self._limits.calls, _AWAY):
            self._why = told.reason

    def _keep_progress(self) -> None:
        self._keep_at = time.monotonic() + _KEEP
        if self._keep(self._progress) and not self._cancelled:
            self._cancelled = True
            self._todo.drop_new()

    def _halt(self) -> None:
        """Let no further call begin, and wait for those under way."""
        self._halted.set()
        while self._under_way:
            self._take(self._answers.get())
        self._purse.empty()

    def _left(self) -> str | None:
        """Give up rows that the phone system has broken down over for too long; why there are others, if any."""
        others = 0
        for row in self._todo.left:
            since = self._progress.broken.get(row.line)
            if since is None or time.time() - since < self._limits.patience:
                others += 1
            else:
                self._progress.refused[row.line] = given_up(row)
        return f"the phone system gives no answer for {others} Seats" if others else None


def given_up(row: Row) -> NotMade:
    """The outcome of a row whose Seat the phone system may have or not: whoever reads it has to look."""
    message = (
        "The phone system broke down over this row each time it was tried, so it may have the Seat or not. "
        f"Look there for the User ID {row.user_id} before you upload the row again."
    )
    return NotMade(line=row.line, code="phone_system_error", message=message)
