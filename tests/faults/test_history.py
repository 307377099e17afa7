"""The checker finds every kind of broken promise, and none where all were kept."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from tests.faults.history import Asked, Broken, Does, History, Kind, Letter, Outcome, Seat, Told, check

JOB = UUID("8c4e9a3e-7f0c-4a58-9f5c-1a2b3c4d5e6f")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROWS = [{"email": f"{n}@example.com", "extension": str(n), "lastname": f"Ng {n}"} for n in range(3)]
_STORY = ("job.submitted.v1", "validation.started.v1", "job.accepted.v1", "seats.provisioned.v1", "job.finished.v1")


def user(line: int) -> UUID:
    return uuid5(JOB, str(line))


def events(*types: str) -> list[tuple[str, datetime]]:
    return [(type_, NOON + timedelta(seconds=n)) for n, type_ in enumerate(types)]


def summary(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    types = {o.line: (o.type, str(o.user_id or "")) for o in outcomes}
    told = [types.get(line, ("not_processed", "")) for line in (2, 3, 4)]
    return [row | {"type": type_, "user_id": user_id} for row, (type_, user_id) in zip(ROWS, told, strict=True)]


OUTCOMES = [Outcome(line=line, type="successful", user_id=user(line)) for line in (2, 3, 4)]
SEATS = [
    Seat(user_id=user(n + 2), job_id=JOB, line=n + 2, email=row["email"], extension=row["extension"])
    for n, row in enumerate(ROWS)
]
TOLD = Told(
    state="completed",
    rows=3,
    succeeded=3,
    failed=0,
    not_processed=0,
    outcomes=OUTCOMES,
    summary=summary(OUTCOMES),
    events=events(*_STORY),
)


def asked(kind: Kind = "good") -> Asked:
    return Asked(job_id=JOB, kind=kind, rows=ROWS)


GOOD = History(asked=[asked()], told={JOB: TOLD}, seats=SEATS, said={JOB: OUTCOMES}, depths={"q": 0})

_REJECTED = Told(
    state="rejected",
    rows=3,
    succeeded=0,
    failed=0,
    not_processed=3,
    events=events(*_STORY[:2], "job.rejected.v1", _STORY[-1]),
)
REJECTED = History(asked=[asked("rejected")], told={JOB: _REJECTED})

_ONE = OUTCOMES[:1]
CANCELLED = History(
    asked=[asked("cancelled")],
    told={JOB: replace(TOLD, state="cancelled", succeeded=1, not_processed=2, outcomes=_ONE, summary=summary(_ONE))},
    seats=SEATS[:1],
)
_FAILED_ROW = [*OUTCOMES[:2], Outcome(line=4, type="failed", user_id=None)]
SHARED = History(
    asked=[asked("shared")],
    told={
        JOB: replace(
            TOLD,
            state="completed_with_errors",
            succeeded=2,
            failed=1,
            outcomes=_FAILED_ROW,
            summary=summary(_FAILED_ROW),
        )
    },
    seats=SEATS[:2],
)

MOVES = [{"user_id": str(user(line)), "extension": f"7{line}"} for line in (2, 3, 4)]


def changed(does: Does, seats: Sequence[Seat], outcomes: Sequence[Outcome] = OUTCOMES) -> History:
    """A job about the Seats that `JOB` made: those given are there in the end."""
    types = {outcome.line: outcome.type for outcome in outcomes}
    rows = [row | {"type": types.get(line, "not_processed")} for line, row in zip((2, 3, 4), MOVES, strict=True)]
    failed = sum(outcome.type == "failed" for outcome in outcomes)
    state = "completed_with_errors" if failed else "completed"
    told = replace(TOLD, state=state, succeeded=3 - failed, failed=failed, outcomes=outcomes, summary=rows)
    return History(asked=[Asked(job_id=JOB, kind="shared", rows=MOVES, does=does)], told={JOB: told}, seats=seats)


MOVED = [replace(seat, extension=row["extension"]) for seat, row in zip(SEATS, MOVES, strict=True)]
UPDATED = changed("update", MOVED)
PARTLY_UPDATED = changed("update", [*MOVED[:2], SEATS[2]], _FAILED_ROW)
DELETED = changed("delete", [])
PARTLY_UNDONE = changed("undo", SEATS[2:], _FAILED_ROW)


@pytest.mark.parametrize("kept", [GOOD, REJECTED, CANCELLED, SHARED, UPDATED, PARTLY_UPDATED, DELETED, PARTLY_UNDONE])
def test_a_history_in_which_all_was_kept_has_no_violation(kept: History) -> None:
    assert check(kept) == []


def test_what_was_under_way_when_a_job_was_cancelled_may_be_told_after_its_end() -> None:
    cut_short = replace(CANCELLED.told[JOB], events=events(_STORY[0], _STORY[-1], _STORY[1]))
    assert check(replace(CANCELLED, told={JOB: cut_short})) == []


def test_a_dead_letter_of_a_failed_job_is_accounted_for() -> None:
    letter = Letter(queue="chunks", job_id=str(JOB), reason="poison")
    told = replace(TOLD, state="failed", succeeded=1, not_processed=2, outcomes=_ONE, summary=summary(_ONE))
    failed = History(asked=[asked()], told={JOB: told}, seats=SEATS[:1], letters=[letter])
    assert check(failed) == []
    assert broken(replace(failed, letters=[])) == {Broken.WRONG_END}


def broken(history: History) -> set[Broken]:
    return {violation.broken for violation in check(history)}


def told(**changes: object) -> History:
    return replace(GOOD, told={JOB: replace(TOLD, **changes)})  # type: ignore[arg-type]  # each of the right type


def _without_row_3() -> History:
    left = [OUTCOMES[0], OUTCOMES[2]]
    return replace(told(outcomes=left, summary=summary(left), succeeded=2, not_processed=1), seats=[SEATS[0], SEATS[2]])


def _another_line(**cells: str) -> History:
    return told(summary=[*summary(OUTCOMES)[:2], summary(OUTCOMES)[2] | cells])


CASES: list[tuple[Broken, Callable[[], History]]] = [
    (Broken.UNFINISHED, lambda: replace(GOOD, told={})),
    (Broken.UNFINISHED, lambda: told(state="provisioning")),
    (Broken.WRONG_END, lambda: replace(GOOD, asked=[asked("rejected")])),
    (Broken.WRONG_END, lambda: told(state="failed")),
    (Broken.NO_OUTCOME, _without_row_3),
    (Broken.TWO_OUTCOMES, lambda: told(outcomes=[*OUTCOMES, OUTCOMES[1]])),
    (Broken.TWO_OUTCOMES, lambda: replace(GOOD, said={JOB: [Outcome(line=3, type="failed", user_id=None)]})),
    (Broken.UNKNOWN_ROW, lambda: replace(GOOD, said={JOB: [Outcome(line=9, type="failed", user_id=None)]})),
    (Broken.SEAT_TWICE, lambda: replace(GOOD, seats=[*SEATS, SEATS[0]])),
    (Broken.SEAT_TWICE, lambda: replace(GOOD, seats=[*SEATS, replace(SEATS[0], user_id=JOB, extension="77")])),
    (Broken.SEAT_MISSING, lambda: replace(GOOD, seats=SEATS[:2])),
    (Broken.SEAT_MISSING, lambda: replace(GOOD, seats=[*SEATS[:2], replace(SEATS[2], email="x@example.com")])),
    (Broken.SEAT_NOT_TOLD, lambda: replace(SHARED, seats=SEATS)),
    (Broken.SEAT_OF_REJECTED, lambda: replace(REJECTED, seats=SEATS[:1])),
    (Broken.NOT_CHANGED, lambda: replace(UPDATED, seats=[*MOVED[:2], SEATS[2]])),
    (Broken.NOT_CHANGED, lambda: replace(UPDATED, seats=MOVED[:2])),
    (Broken.NOT_CHANGED, lambda: replace(DELETED, seats=SEATS[:1])),
    (Broken.NOT_CHANGED, lambda: replace(PARTLY_UNDONE, seats=SEATS)),
    (Broken.NOT_TOLD, lambda: replace(PARTLY_UPDATED, seats=MOVED)),
    (Broken.NOT_TOLD, lambda: replace(PARTLY_UNDONE, seats=[])),
    (Broken.SUMMARY, lambda: replace(UPDATED, asked=[Asked(job_id=JOB, kind="good", rows=MOVES[::-1], does="update")])),
    (Broken.SUMMARY, lambda: _another_line(lastname="Nguyen")),
    (Broken.SUMMARY, lambda: _another_line(type="not_processed", user_id="")),
    (Broken.SUMMARY, lambda: told(summary=summary(OUTCOMES)[:2])),
    (Broken.SUMMARY, lambda: told(summary=None)),
    (Broken.SUMMARY, lambda: replace(REJECTED, told={JOB: replace(_REJECTED, summary=summary([]))})),
    (Broken.TOTALS, lambda: told(succeeded=2)),
    (Broken.TOTALS, lambda: told(rows=4)),
    (Broken.TOTALS, lambda: told(not_processed=1)),
    (Broken.TIMELINE, lambda: told(events=events(*_STORY[:2], _STORY[3], _STORY[2], _STORY[4]))),
    (Broken.TIMELINE, lambda: told(events=[(type_, NOON - at.__sub__(NOON)) for type_, at in TOLD.events])),
    (Broken.TIMELINE, lambda: told(events=events(*_STORY[:4]))),
    (Broken.TIMELINE, lambda: told(events=events(*_STORY, _STORY[-1]))),
    (Broken.TIMELINE, lambda: told(events=[])),
    (Broken.QUEUE, lambda: replace(GOOD, depths={"q": 1})),
    (Broken.DEAD_LETTER, lambda: replace(GOOD, letters=[Letter(queue="q", job_id=str(JOB), reason="poison")])),
    (Broken.DEAD_LETTER, lambda: replace(GOOD, letters=[Letter(queue="q", job_id="", reason="nobody's")])),
]


@pytest.mark.parametrize(("kind", "bad"), CASES)
def test_a_broken_promise_is_found(kind: Broken, bad: Callable[[], History]) -> None:
    assert kind in broken(bad())


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, _ in CASES} == set(Broken)
