"""What was asked of the system and what it told afterwards, side by side: every promise that was not kept is found.

Nothing here opens or waits: the checker is given a `History` and gives back `Violation`s, none where all was kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

ENDED = frozenset({"completed", "completed_with_errors", "rejected", "failed", "cancelled"})
_ALL_PROCESSED = frozenset({"completed", "completed_with_errors"})
_CUT_SHORT = frozenset({"failed", "cancelled"})
_WITHOUT_ROWS = frozenset({"rejected"})
_ENDS: Mapping[str, frozenset[str]] = {
    "good": frozenset({"completed"}),
    "shared": frozenset({"completed", "completed_with_errors", "rejected"}),
    "rejected": frozenset({"rejected"}),
    "cancelled": frozenset({"cancelled", "completed"}),
}
_RANK = {
    "job.submitted.v1": 0,
    "validation.started.v1": 1,
    "job.accepted.v1": 2,
    "job.rejected.v1": 2,
    "seats.provisioned.v1": 3,
    "job.finished.v1": 4,
}

FIRST_LINE = 2
"""Of a file's rows: the header is line 1."""

Kind = Literal["good", "shared", "rejected", "cancelled"]
Does = Literal["create", "update", "delete", "undo"]


class Broken(StrEnum):
    """The promises, by what became of them."""

    UNFINISHED = "job unfinished"
    WRONG_END = "wrong end"
    NO_OUTCOME = "row without outcome"
    TWO_OUTCOMES = "row with two outcomes"
    UNKNOWN_ROW = "outcome of no row"
    SEAT_TWICE = "Seat twice"
    SEAT_MISSING = "Seat told but not made"
    SEAT_NOT_TOLD = "Seat made but not told"
    SEAT_OF_REJECTED = "Seat of a rejected file"
    NOT_CHANGED = "change told but not made"
    NOT_TOLD = "change made but not told"
    SUMMARY = "summary is not source and outcomes"
    TOTALS = "totals are not the outcomes"
    TIMELINE = "timeline out of order"
    QUEUE = "queue not empty"
    DEAD_LETTER = "dead letter unaccounted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    broken: Broken
    text: str
    job_id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.broken}: {self.text}" + (f" (job {self.job_id})" if self.job_id else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A job that was promised, by 202 or by the broker's confirm. `rows` are cells by column, in the file's order.

    Those of all but creations name Seats by `user_id`, and the rows of an update give them other values of `extension`.
    """

    job_id: UUID
    kind: Kind
    rows: Sequence[Mapping[str, str]]
    does: Does = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    line: int
    type: str
    user_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the API says of a job. `succeeded` Seats were created, updated or deleted. `summary` is None where there is
    none."""

    state: str
    rows: int | None
    succeeded: int
    failed: int
    not_processed: int
    outcomes: Sequence[Outcome] = ()
    summary: Sequence[Mapping[str, str]] | None = None
    events: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A Seat as the directory has it."""

    user_id: UUID
    job_id: UUID
    line: int
    email: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message among the dead letters of a queue."""

    queue: str
    job_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`said` are the outcomes that the provisioner ever published, heard on the exchange; `depths` by queue."""

    asked: Sequence[Asked]
    told: Mapping[UUID, Told]
    seats: Sequence[Seat] = ()
    said: Mapping[UUID, Sequence[Outcome]] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)
    letters: Sequence[Letter] = ()


def check(history: History) -> list[Violation]:
    """All that is wrong with it."""
    found = [*_seats_twice(history.seats), *_left_behind(history)]
    seats: defaultdict[UUID, list[Seat]] = defaultdict(list)
    for seat in history.seats:
        seats[seat.job_id].append(seat)
    dead = {letter.job_id for letter in history.letters}
    for asked in history.asked:
        told = history.told.get(asked.job_id)
        if told is None or told.state not in ENDED:
            state = "it is not known" if told is None else f"it is {told.state}"
            found.append(Violation(broken=Broken.UNFINISHED, text=state, job_id=asked.job_id))
            continue
        said, has_dead_letter = history.said.get(asked.job_id, ()), str(asked.job_id) in dead
        job = (
            _Job(asked, told, seats[asked.job_id], said, has_dead_letter)
            if asked.does == "create"
            else _Change(asked, told, history.seats, said, has_dead_letter)
        )
        found += [Violation(broken=broken, text=text, job_id=asked.job_id) for broken, text in job.check()]
    return found


def _seats_twice(seats: Sequence[Seat]) -> Iterator[Violation]:
    for name in ("user_id", "email", "extension"):
        count = Counter(getattr(seat, name) for seat in seats)
        for value, times in count.items():
            if times > 1:
                yield Violation(broken=Broken.SEAT_TWICE, text=f"{name} {value} is there {times} times")


def _left_behind(history: History) -> Iterator[Violation]:
    for queue, depth in history.depths.items():
        if depth:
            yield Violation(broken=Broken.QUEUE, text=f"{queue} holds {depth}")
    failed = {str(job_id) for job_id, told in history.told.items() if told.state == "failed"}
    for letter in history.letters:
        if letter.job_id not in failed:
            text = f"{letter.queue} of job {letter.job_id}: {letter.reason}"
            yield Violation(broken=Broken.DEAD_LETTER, text=text)


Found = Iterator[tuple[Broken, str]]


class _Job:
    """One job that has ended."""

    def __init__(
        self, asked: Asked, told: Told, seats: Sequence[Seat], said: Sequence[Outcome], has_dead_letter: bool
    ) -> None:
        self._asked, self._told, self._seats, self._said = asked, told, seats, said
        self._may_fail = has_dead_letter
        self._lines = range(FIRST_LINE, FIRST_LINE + len(asked.rows))
        self._outcomes = {outcome.line: outcome for outcome in told.outcomes}

    def check(self) -> Found:
        yield from self._end()
        yield from self._each_row_once()
        yield from self._directory()
        yield from self._summary()
        yield from self._totals()
        yield from self._timeline()

    def _end(self) -> Found:
        ends = _ENDS[self._asked.kind] | ({"failed"} if self._may_fail else set())
        if self._told.state not in ends:
            yield Broken.WRONG_END, f"a file that is {self._asked.kind} ended as {self._told.state}"

    def _each_row_once(self) -> Found:
        known: defaultdict[int, set[Outcome]] = defaultdict(set)
        for outcome in (*self._told.outcomes, *self._said):
            known[outcome.line].add(outcome)
        twice = {line for line, times in Counter(o.line for o in self._told.outcomes).items() if times > 1}
        for line in sorted(twice | {line for line, different in known.items() if len(different) > 1}):
            yield Broken.TWO_OUTCOMES, f"line {line}: {sorted(o.type for o in known[line])}"
        for line in sorted(line for line in known if line not in self._lines):
            yield Broken.UNKNOWN_ROW, f"line {line}"
        if self._told.state in _ALL_PROCESSED:
            for line in self._lines:
                if line not in self._outcomes:
                    yield Broken.NO_OUTCOME, f"line {line}"

    def _directory(self) -> Found:
        made = {seat.line: seat for seat in self._seats}
        if self._told.state in _WITHOUT_ROWS and made:
            yield Broken.SEAT_OF_REJECTED, f"{len(made)} Seats"
            return
        told = {line for line, outcome in self._outcomes.items() if outcome.type == "successful"}
        for line in sorted(told - made.keys()):
            yield Broken.SEAT_MISSING, f"line {line}"
        for line in sorted(made.keys() - told):
            yield Broken.SEAT_NOT_TOLD, f"line {line}"
        for line in sorted(made.keys() & told):
            if not self._is_row(made[line]):
                yield Broken.SEAT_MISSING, f"line {line} has the Seat of another row"

    def _is_row(self, seat: Seat) -> bool:
        if seat.line not in self._lines:
            return False
        row = self._asked.rows[seat.line - FIRST_LINE]
        same = (seat.email, seat.extension) == (row["email"], row["extension"])
        return same and self._outcomes[seat.line].user_id == seat.user_id

    def _summary(self) -> Found:
        summary = self._told.summary
        if self._told.state in _WITHOUT_ROWS:
            if summary is not None:
                yield Broken.SUMMARY, "there is one of a rejected file"
            return
        if summary is None or len(summary) != len(self._asked.rows):
            count = "no" if summary is None else len(summary)
            yield Broken.SUMMARY, f"{count} rows for {len(self._asked.rows)}"
            return
        for line, row, told in zip(self._lines, self._asked.rows, summary, strict=True):
            if {name: told.get(name) for name in row} != dict(row):
                yield Broken.SUMMARY, f"line {line} has other cells than the source"
            if (told.get("type"), told.get("user_id")) != self._in_summary(line, row):
                yield Broken.SUMMARY, f"line {line} says {told.get('type')}, not {self._in_summary(line, row)[0]}"

    def _in_summary(self, line: int, _: Mapping[str, str]) -> tuple[str, str]:
        outcome = self._outcomes.get(line)
        if outcome is None:
            return "not_processed", ""
        return outcome.type, str(outcome.user_id or "")

    def _totals(self) -> Found:
        told, rows = self._told, len(self._asked.rows)
        types = Counter(outcome.type for outcome in self._outcomes.values())
        mine = (types["successful"], types["failed"])
        if (told.succeeded, told.failed) != mine:
            yield Broken.TOTALS, f"{told.succeeded} successful and {told.failed} failed, the outcomes are {mine}"
        if told.rows is not None and told.rows != rows:
            yield Broken.TOTALS, f"{told.rows} rows are told, the file has {rows}"
        left = 0 if told.rows is None else rows - sum(mine)
        if told.not_processed != left:
            yield Broken.TOTALS, f"{told.not_processed} rows are told as not processed, {left} are"

    def _timeline(self) -> Found:
        types = [type_ for type_, _ in self._told.events]
        times = [at for _, at in self._told.events]
        if times != sorted(times):
            told = ", ".join(f"{at.time().isoformat()} {type_}" for type_, at in self._told.events)
            yield Broken.TIMELINE, f"times run backwards: {told}"
        # What was under way when a job failed or was cancelled is told after the end.
        loose = {"job.finished.v1"} if self._told.state in _CUT_SHORT else set()
        ranks = [_RANK[type_] for type_ in types if type_ in _RANK.keys() - loose]
        if ranks != sorted(ranks):
            yield Broken.TIMELINE, ", ".join(types)
        if not types or types[0] != "job.submitted.v1" or "job.finished.v1" not in types:
            yield Broken.TIMELINE, f"has no beginning or no end: {', '.join(types)}"
        for type_, times_told in Counter(types).items():
            if times_told > 1 and type_ != "seats.provisioned.v1":
                yield Broken.TIMELINE, f"{type_} is told {times_told} times"


class _Change(_Job):
    """One that updates or deletes Seats which were there when it was asked for, and which no other job deletes.

    Where another job works on the same Seats, each row fails or succeeds alone: what it tells of itself must be so.
    """

    def _directory(self) -> Found:
        there = {seat.user_id: seat for seat in self._seats}
        for line, row in zip(self._lines, self._asked.rows, strict=True):
            outcome, seat = self._outcomes.get(line), there.get(UUID(row["user_id"]))
            is_told = outcome is not None and outcome.type == "successful"
            if self._asked.does == "update":
                is_so = seat is not None and seat.extension == row["extension"]
            else:
                is_so = seat is None
            if is_told and not is_so:
                yield Broken.NOT_CHANGED, f"line {line}, Seat {row['user_id']}"
            if is_so and not is_told:
                yield Broken.NOT_TOLD, f"line {line}, Seat {row['user_id']}"

    def _in_summary(self, line: int, row: Mapping[str, str]) -> tuple[str, str]:
        """Its User IDs stand where they stood in the file."""
        return super()._in_summary(line, row)[0], row["user_id"]
