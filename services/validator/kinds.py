"""What is special about a job's kind: what has to be asked about its rows, and what the answers say of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final

from contracts.messages import JobSubmittedV1
from contracts.template import USER_ID, Column, Template
from services.validator.changes import ChangeLog
from services.validator.columns import Values
from services.validator.conflicts import Conflict, Directory, KnownSeat
from services.validator.problems import NEEDED_BY_SEAT, SEAT_UNKNOWN

#: What a job of a kind does with Seats, as it is told once it is done.
DONE: Final[Mapping[str, str]] = MappingProxyType({"create": "created", "update": "changed", "delete": "deleted"})

#: Values of unique columns, and the User IDs that rows name.
Asked = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provisioner says of some rows: which values Seats have already, and the Seats that the rows name."""

    conflicts: Sequence[Conflict] = ()
    seats: Mapping[str, KnownSeat] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A problem of a ``row``, counted from 0 among those that were asked about, in the ``column`` of this name."""

    row: int
    column: str
    code: str
    message: str


Judge = Callable[[Sequence[int], Mapping[str, Values], Answer], Iterable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A job's way with its rows.

    ``ask`` asks about the values of unique columns, in any thread. ``judge`` tells from the answer what is wrong with
    the rows, given their lines and values, beside what others have; None: nothing. ``if_taken`` is what to do about a
    value that another Seat has. The ``changes`` are those that an update would make.
    """

    template: Template
    ask: Callable[[Asked], Answer]
    judge: Judge | None
    if_taken: str
    changes: ChangeLog


def kind_of(job: JobSubmittedV1, directory: Directory, template: Template) -> Kind:
    """The kind of a job; ``template`` is the one that new Seats are made by."""
    changes = ChangeLog(template)
    ask: Callable[[Asked], Answer] = partial(_asked, directory, job)
    judge: Judge | None = None
    if job.kind == "update":
        judge = partial(_judge_changes, template.columns, changes)
    elif job.kind == "delete" and job.undo_of is None:
        judge = _judge_deletions
    return Kind(
        template=template.for_kind(job.kind),
        ask=ask,
        judge=judge,
        if_taken=_MOVE if job.kind == "update" else _CHANGE,
        changes=changes,
    )


_CHANGE = "Change it, or remove the row if the person has a Seat."
_MOVE = "Give another value. If that Seat gives it up in this file, upload its row first, in a file of its own."


def _asked(directory: Directory, job: JobSubmittedV1, asked: Asked) -> Answer:
    """Whether the Seats of an undo are there is told when it comes to them, and is no problem: nothing is asked."""
    user_ids = () if job.undo_of else asked.get(USER_ID, ())
    values = {name: found for name, found in asked.items() if name != USER_ID}
    return Answer(
        conflicts=directory.conflicts(job.account, job.job_id, values) if any(values.values()) else (),
        seats={seat.user_id: seat for seat in directory.seats(job.account, user_ids)} if user_ids else {},
    )


def _judge_deletions(_: Sequence[int], values: Mapping[str, Values], answer: Answer) -> Iterator[Found]:
    """User IDs of which there is no Seat."""
    message = "There is no Seat with this User ID. If it was deleted meanwhile, remove the row."
    for row, user_id in enumerate(values[USER_ID]):
        if user_id is not None and user_id not in answer.seats:
            yield Found(row=row, column=USER_ID, code=SEAT_UNKNOWN, message=message)


def _judge_changes(
    columns: Sequence[Column],
    changes: ChangeLog,
    lines: Sequence[int],
    values: Mapping[str, Values],
    answer: Answer,
) -> Iterator[Found]:
    """The same, and values that a Seat needs and would lack."""
    seats = [None if user_id is None else answer.seats.get(user_id) for user_id in values[USER_ID]]
    changes.add(lines, values, seats)
    yield from _judge_deletions(lines, values, answer)
    nothing: Values = [None] * len(seats)
    for column in columns:
        when = column.required_when
        if when and (when.column in values or column.name in values):
            for row, (seat, condition, value) in enumerate(
                zip(seats, values.get(when.column, nothing), values.get(column.name, nothing), strict=True)
            ):
                if seat is None or (condition is None and value is None):
                    continue  # what the row does not touch is not its fault
                is_needed = (seat.values.get(when.column) if condition is None else condition) == when.equals
                if is_needed and not (seat.has(column.name) if value is None else value):
                    message = f"{column.label} is empty. The Seat needs one because {when.column} is {when.equals}."
                    yield Found(row=row, column=column.name, code=NEEDED_BY_SEAT, message=message)
