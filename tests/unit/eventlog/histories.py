"""Whole histories of jobs, as the other services would tell them, and every way in which they may arrive."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from contracts.ids import job_id_of, user_id_of
from contracts.messages import (
    Change,
    Failed,
    JobAcceptedV1,
    JobCancelledV1,
    JobCancelRequestedV1,
    JobCheckedV1,
    JobFailedV1,
    JobRejectedV1,
    JobSubmittedV1,
    Outcome,
    ProblemsFoundV1,
    SeatsProvisionedV1,
    Successful,
    ValidationProgressedV1,
    ValidationStartedV1,
)
from contracts.messages.fields import utc_text
from contracts.problems import Problem
from services.eventlog.state import Event

#: For property tests: a busy machine is no failure.
patient = settings(deadline=None)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = "acme"
EARLIER = job_id_of(ACCOUNT, "an earlier job")


def at(seconds: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A job's events in the order in which they happened; `outcomes` are all outcomes, by their lines."""

    job_id: UUID
    events: tuple[Event, ...]

    @property
    def told(self) -> int:
        """How many of the events have a line in the timeline."""
        return sum(not isinstance(event, ValidationProgressedV1 | ProblemsFoundV1) for event in self.events)

    @property
    def outcomes(self) -> list[Outcome]:
        chunks = [event for event in self.events if isinstance(event, SeatsProvisionedV1)]
        return sorted((o for chunk in chunks for o in chunk.outcomes), key=lambda outcome: outcome.line)

    def counted(self, kind: str) -> int:
        return sum(outcome.type == kind for outcome in self.outcomes)


def submitted(key: str, *, account: str = ACCOUNT, **changed: object) -> JobSubmittedV1:
    event = JobSubmittedV1(
        job_id=job_id_of(account, key),
        account=account,
        submitted_by="ada@example.com",
        submitted_at=NOON,
        filename="seats.csv",
        idempotency_key=key,
        template_version=1,
        options={},
        source="a-source",
        size=10,
        sha256="0" * 64,
    )
    return replace(event, **changed)  # type: ignore[arg-type]  # the fields' own types, told by the caller


def started(job: JobSubmittedV1) -> ValidationStartedV1:
    return ValidationStartedV1(job_id=job.job_id, account=job.account, started_at=at(1))


def progressed(job: JobSubmittedV1, rows: int) -> ValidationProgressedV1:
    return ValidationProgressedV1(
        job_id=job.job_id, account=job.account, rows=rows, bytes=rows * 100, progressed_at=at(1.5)
    )


def checked(job: JobSubmittedV1, *, rows: int, changes: tuple[Change, ...] = ()) -> JobCheckedV1:
    return JobCheckedV1(
        job_id=job.job_id,
        account=job.account,
        rows=rows,
        change_count=len(changes),
        changed_rows=len({change.line for change in changes}),
        changes=changes,
        checked_at=at(2),
    )


def found(job: JobSubmittedV1, problems: tuple[Problem, ...], *, after: int) -> ProblemsFoundV1:
    return ProblemsFoundV1(job_id=job.job_id, account=job.account, after=after, problems=problems, found_at=at(1.8))


def accepted(job: JobSubmittedV1, *, rows: int, chunks: int) -> JobAcceptedV1:
    return JobAcceptedV1(job_id=job.job_id, account=job.account, rows=rows, chunks=chunks, accepted_at=at(2))


def rejected(job: JobSubmittedV1, *, rows: int, problems: tuple[Problem, ...]) -> JobRejectedV1:
    codes = sorted({problem.code for problem in problems})
    return JobRejectedV1(
        job_id=job.job_id,
        account=job.account,
        rows=rows,
        problem_count=len(problems),
        problems_by_code={code: sum(p.code == code for p in problems) for code in codes},
        problems=problems,
        rejected_at=at(2),
    )


def outcome(job: JobSubmittedV1, line: int, *, failed: bool = False) -> Outcome:
    if failed:
        return Outcome(line=line, type="failed", code="seat_exists", message=f"Line {line} is taken.")
    user_id = user_id_of(job.job_id, line)
    return Outcome(line=line, type="successful", user_id=user_id, created_at=at(3 + line / 1000))


def outcome_cells(outcome: Outcome) -> tuple[str, str, str, str]:
    """User ID, time, type and reason, as `OUTCOME_COLUMNS` names them."""
    return (
        "" if outcome.user_id is None else str(outcome.user_id),
        "" if outcome.created_at is None else utc_text(outcome.created_at),
        outcome.type,
        outcome.message or "",
    )


def provisioned(job: JobSubmittedV1, chunk: int, outcomes: tuple[Outcome, ...]) -> SeatsProvisionedV1:
    told = sorted(outcomes, key=lambda outcome: outcome.line)
    made = [outcome for outcome in told if outcome.type == "successful"]
    return SeatsProvisionedV1(
        job_id=job.job_id,
        account=job.account,
        chunk=chunk,
        successful=Successful(
            lines=[outcome.line for outcome in made],
            user_ids=[str(outcome.user_id) for outcome in made],
            created_at=[outcome.created_at for outcome in made if outcome.created_at is not None],
        ),
        failed=tuple(
            Failed(line=outcome.line, code=outcome.code or "", message=outcome.message or "")
            for outcome in told
            if outcome.type == "failed"
        ),
        provisioned_at=at(10 + chunk),
    )


def failed(job: JobSubmittedV1, *, stage: str = "provisioner", after: float = 5, **changed: object) -> JobFailedV1:
    event = JobFailedV1(
        job_id=job.job_id,
        account=job.account,
        stage=stage,
        code="message_not_processed",
        message=f"The {stage} gave up.",
        failed_at=at(after),
    )
    return replace(event, **changed)  # type: ignore[arg-type]  # as above


def cancel_requested(job: JobSubmittedV1) -> JobCancelRequestedV1:
    return JobCancelRequestedV1(
        job_id=job.job_id, account=job.account, requested_by="ada@example.com", requested_at=at(4)
    )


def cancelled(job: JobSubmittedV1, *, chunks: int) -> JobCancelledV1:
    return JobCancelledV1(
        job_id=job.job_id, account=job.account, chunks=chunks, requested_by="bob@example.com", cancelled_at=at(12)
    )


keys = st.uuids().map(str)
kinds = st.sampled_from(["create", "update", "delete"])


@st.composite
def chunked(draw: st.DrawFn, job: JobSubmittedV1) -> tuple[SeatsProvisionedV1, ...]:
    """The chunks of a job: some rows each, blank lines between them."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    line, chunks = 1, []
    for number, size in enumerate(sizes, start=1):
        outcomes = []
        for _ in range(size):
            line += draw(st.integers(1, 3))
            outcomes.append(outcome(job, line, failed=draw(st.booleans())))
        chunks.append(provisioned(job, number, tuple(outcomes)))
    return tuple(chunks)


def _rows(chunks: tuple[SeatsProvisionedV1, ...]) -> int:
    return sum(len(chunk.outcomes) for chunk in chunks)


@st.composite
def completed_histories(draw: st.DrawFn) -> History:
    """Accepted, and all chunks come in."""
    job = submitted(draw(keys), kind=draw(kinds))
    chunks = draw(chunked(job))
    events: list[Event] = [job, started(job), accepted(job, rows=_rows(chunks), chunks=len(chunks)), *chunks]
    if draw(st.booleans()):
        events.append(cancel_requested(job))
    return History(job_id=job.job_id, events=tuple(events))


@st.composite
def rejected_histories(draw: st.DrawFn) -> History:
    """Rejected with some problems, one of them perhaps with a NUL in its cell; perhaps with more of them behind."""
    job = submitted(draw(keys), kind=draw(kinds), dry_run=draw(st.booleans()))
    text = st.text(max_size=8, alphabet=st.characters(codec="utf-8"))
    problem = st.builds(
        Problem,
        line=st.integers(1, 99),
        column=st.none() | st.just("email"),
        code=st.sampled_from(["not_an_email", "required", "seat_exists"]),
        message=text,
        value=st.none() | text,
    )
    problems = tuple(draw(st.lists(problem, min_size=1, max_size=5)))
    parts = [found(job, problems, after=len(problems) * n) for n in range(1, draw(st.integers(1, 3)))]
    verdict = rejected(job, rows=draw(st.integers(0, 99)), problems=problems)
    return History(job_id=job.job_id, events=(job, started(job), progressed(job, 1), *parts, verdict))


@st.composite
def checked_histories(draw: st.DrawFn) -> History:
    """A dry run that ends well."""
    job = submitted(draw(keys), kind=draw(kinds), dry_run=True)
    rows = draw(st.lists(st.integers(1, 99), max_size=3, unique=True))
    change = Change(line=2, user_id=user_id_of(job.job_id, 2), column="department", before=None, after="Sales")
    changes = (change,) * draw(st.integers(0, 2))
    progress = (progressed(job, count) for count in rows)
    return History(job_id=job.job_id, events=(job, started(job), *progress, checked(job, rows=99, changes=changes)))


@st.composite
def failed_histories(draw: st.DrawFn) -> History:
    """The job fails at some stage; one chunk at least never comes."""
    job = submitted(draw(keys), kind=draw(kinds))
    chunks = draw(chunked(job))
    missing = draw(st.sampled_from(chunks))
    come = draw(st.sets(st.sampled_from(range(len(chunks)))))
    verdict: list[Event] = [accepted(job, rows=_rows(chunks), chunks=len(chunks))]
    stages = draw(
        st.lists(st.sampled_from(["validator", "provisioner", "reconciler"]), min_size=1, max_size=2, unique=True)
    )
    failures = [failed(job, stage=stage, after=draw(st.integers(5, 9))) for stage in stages]
    in_time = [chunk for n, chunk in enumerate(chunks) if n in come and chunk is not missing]
    is_known = draw(st.booleans())
    known = verdict if in_time or is_known else []
    return History(job_id=job.job_id, events=(job, *known, *in_time, *failures))


@st.composite
def cancelled_histories(draw: st.DrawFn) -> History:
    """Cancelled after some chunks, any of them but not all; where it is after none, the verdict is perhaps not told."""
    job = submitted(draw(keys), kind=draw(kinds))
    chunks = draw(chunked(job))
    missing = draw(st.sampled_from(chunks))
    come = draw(st.sets(st.sampled_from(range(len(chunks)))))
    done = [chunk for n, chunk in enumerate(chunks) if n in come and chunk is not missing]
    is_known = draw(st.booleans())
    verdict: list[Event] = [accepted(job, rows=_rows(chunks), chunks=len(chunks))]
    known = verdict if done or is_known else []
    events = (job, *known, *done, cancel_requested(job), cancelled(job, chunks=len(done)))
    return History(job_id=job.job_id, events=events)


@st.composite
def too_late_histories(draw: st.DrawFn) -> History:
    """Cancelled when all chunks had been provisioned."""
    history = draw(completed_histories())
    job, chunks = history.events[0], sum(isinstance(event, SeatsProvisionedV1) for event in history.events)
    assert isinstance(job, JobSubmittedV1)
    return replace(history, events=(*history.events, cancelled(job, chunks=chunks)))


complete_histories = completed_histories() | rejected_histories() | checked_histories() | too_late_histories()
histories = complete_histories | failed_histories() | cancelled_histories()


@st.composite
def arrivals(draw: st.DrawFn, history: History) -> list[Event]:
    """All events of a history in some order, each of them once or more."""
    again = draw(st.lists(st.sampled_from(history.events), max_size=6))
    return list(draw(st.permutations([*history.events, *again])))
