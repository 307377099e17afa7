"""PostgreSQL keeps what the state machine says, in any order, with repetitions, by any number of consumers."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.messages import Contract, JobFinishedV1
from contracts.messages.seats_accepted_v1 import SeatsAcceptedV1
from contracts.problems import Problem
from database.connection import UNAVAILABLE, Database
from messaging.errors import Reject
from services.eventlog.ends import settled
from services.eventlog.handler import record_event
from services.eventlog.job import Job, State
from services.eventlog.reading import Archive
from services.eventlog.state import Event, apply, first_seen
from services.eventlog.store import EventLog
from tests.unit.eventlog import histories as h
from tests.unit.eventlog.histories import History

JOB = h.submitted("a key")
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def emptied(database: Database) -> EventLog:
    with database.transaction() as connection:
        connection.execute(
            "DELETE FROM event; DELETE FROM chunk; DELETE FROM problem; DELETE FROM change; DELETE FROM job"
        )
    return EventLog(database)


def tell(log: EventLog, events: Iterable[Contract]) -> list[Contract]:
    return [said for event in events for said in record_event(event, log=log)]


def kept(archive: Archive, job_id: UUID = JOB.job_id) -> Job:
    job = archive.job(h.ACCOUNT, job_id)
    assert job is not None
    return job


def by_state_machine(events: Sequence[Event]) -> Job:
    job = first_seen(events[0])
    for event in events:
        job = settled(apply(job, event))
    return job


@given(data=st.data())
@SLOW
def test_any_order_and_repetition_is_kept_as_the_state_machine_says(
    data: st.DataObject, database: Database, archive: Archive
) -> None:
    history: History = data.draw(h.histories)
    events = data.draw(h.arrivals(history))
    ends = tell(emptied(database), events)
    job = kept(archive, history.job_id)
    assert job == by_state_machine(events)
    assert list(archive.outcomes(h.ACCOUNT, history.job_id)) == history.outcomes
    assert {type(end) for end in ends} == {JobFinishedV1}
    assert all(end == ends[0] for end in ends)
    assert len(archive.timeline(h.ACCOUNT, job)) == history.told + 1


@given(data=st.data())
@SLOW
def test_a_complete_history_ends_exactly_once_and_the_same_in_any_order(
    data: st.DataObject, database: Database, archive: Archive
) -> None:
    history: History = data.draw(h.complete_histories)
    jobs, ends = [], []
    for _ in range(2):
        ends.append(tell(emptied(database), data.draw(st.permutations(history.events))))
        jobs.append(kept(archive, history.job_id))
    assert jobs[0] == jobs[1]
    assert ends[0] == ends[1]
    assert len(ends[0]) == 1


def test_a_repeated_event_of_an_ended_job_tells_the_same_end_again(log: EventLog, archive: Archive) -> None:
    chunks = [h.provisioned(JOB, n, (h.outcome(JOB, n + 1),)) for n in (1, 2)]
    first = tell(log, [JOB, h.accepted(JOB, rows=2, chunks=2), chunks[0], h.failed(JOB)])
    assert tell(log, [chunks[1]]) == []
    again = tell(log, [h.failed(JOB)])
    assert first == again
    assert kept(archive).created == 2


def test_an_event_of_a_running_job_tells_nothing_however_often_it_comes(log: EventLog) -> None:
    assert tell(log, [JOB, JOB, h.started(JOB), h.started(JOB)]) == []


@pytest.mark.parametrize("run", range(5))
def test_of_two_consumers_with_the_last_two_chunks_exactly_one_sees_the_end(
    log: EventLog, archive: Archive, run: int
) -> None:
    del run
    chunks = [h.provisioned(JOB, n, (h.outcome(JOB, n + 1),)) for n in range(1, 9)]
    tell(log, [JOB, h.accepted(JOB, rows=8, chunks=8), *chunks[:6]])
    together = threading.Barrier(2)

    def consume(event: Event) -> list[Contract]:
        together.wait()
        return tell(log, [event])

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(consume, chunks[6:]))
    assert sorted(map(len, said)) == [0, 1]
    assert kept(archive).state is State.COMPLETED


def test_two_consumers_with_the_same_event_record_it_once(log: EventLog, archive: Archive) -> None:
    chunk = h.provisioned(JOB, 1, (h.outcome(JOB, 2),))
    tell(log, [JOB, h.accepted(JOB, rows=1, chunks=1)])
    together = threading.Barrier(4)

    def consume(_: int) -> list[Contract]:
        together.wait()
        return tell(log, [chunk])

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(consume, range(4)))
    assert {len(ends) for ends in said} == {1}
    assert len({str(ends) for ends in said}) == 1
    assert kept(archive).created == 1


def test_problems_are_kept_in_the_order_of_the_file(log: EventLog, archive: Archive) -> None:
    problems = tuple(Problem(line=n, column=None, code="required", message=f"Line {n}.", value="\0") for n in (9, 3, 5))
    tell(log, [JOB, h.rejected(JOB, rows=9, problems=problems)])
    found = archive.problems(h.ACCOUNT, JOB.job_id, after=0, limit=9)
    assert [(n, problem.line) for n, problem in found] == [(1, 9), (2, 3), (3, 5)]
    assert found[0][1].value == "\N{REPLACEMENT CHARACTER}"


def test_the_stored_body_has_neither_rows_nor_problems(log: EventLog, database: Database) -> None:
    problem = Problem(line=2, column="email", code="required", message="Fill it.")
    tell(log, [h.rejected(JOB, rows=1, problems=(problem,)), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))])
    with database.transaction() as connection:
        rows = connection.execute("SELECT body FROM event ORDER BY type").fetchall()
    assert [row["body"].get("problems", row["body"].get("failed")) for row in rows] == [[], []]
    assert rows[1]["body"]["successful"] == {"lines": [], "user_ids": []}
    assert rows[0]["body"]["problem_count"] == 1


@pytest.mark.parametrize(
    "event",
    [
        replace(h.started(JOB), account="other"),
        h.accepted(JOB, rows=2**40, chunks=1),
        replace(JOB, job_id=h.submitted("new").job_id, filename="a\0b"),
        SeatsAcceptedV1(
            job_id=JOB.job_id, account="acme", template_version=1, chunk=1, columns=(), lines=(), values=()
        ),
    ],
)
def test_what_can_never_be_recorded_is_rejected_and_leaves_nothing(
    event: Contract, log: EventLog, database: Database
) -> None:
    tell(log, [JOB])
    with pytest.raises(Reject):
        tell(log, [event])
    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) AS n FROM event").fetchone() == {"n": 1}
        assert connection.execute("SELECT count(*) AS n FROM job").fetchone() == {"n": 1}


def test_a_database_that_is_away_is_not_the_message_s_fault() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", application_name="test", patience=0.2)
    with pytest.raises(UNAVAILABLE):
        tell(EventLog(away), [JOB])
    away.close()
