"""Whatever the order in which events arrive and however often, the job comes to the same end, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import Change
from contracts.messages.job_finished_v1 import JobFinishedV1
from services.eventlog.ends import settled
from services.eventlog.job import Job, State
from services.eventlog.state import MAX_CHUNKS, Contradiction, Event, apply, first_seen
from tests.unit.eventlog import histories as h
from tests.unit.eventlog.histories import History, patient

JOB = h.submitted("a key")


@dataclass(frozen=True, slots=True)
class Told:
    """A job after some events, and every end that was told on the way."""

    job: Job
    ends: list[JobFinishedV1]


def tell(events: Sequence[Event]) -> Told:
    job = first_seen(events[0])
    ends = []
    for event in events:
        before, job = job, settled(apply(job, event))
        if job.finished is not None and before.finished is None:
            ends.append(job.finished)
    return Told(job, ends)


def both_orders(history: st.SearchStrategy[History]) -> st.SearchStrategy[tuple[History, list[Event], list[Event]]]:
    return history.flatmap(lambda told: st.tuples(st.just(told), h.arrivals(told), h.arrivals(told)))


@patient
@given(both_orders(h.complete_histories))
def test_any_order_and_any_repetition_give_the_same_job_and_the_same_end(
    drawn: tuple[History, list[Event], list[Event]],
) -> None:
    history, one, other = drawn
    assert tell(one) == tell(other)
    assert len(tell(one).ends) == 1
    assert tell(one).job.succeeded == history.counted("successful")
    assert tell(one).job.failed == history.counted("failed")


@patient
@given(both_orders(h.failed_histories()))
def test_a_failed_job_is_the_same_in_any_order_but_for_what_was_known_when_its_end_was_told(
    drawn: tuple[History, list[Event], list[Event]],
) -> None:
    history, one, other = drawn
    first, second = tell(one), tell(other)
    assert replace(first.job, finished=None) == replace(second.job, finished=None)
    assert [end.state for end in first.ends] == [end.state for end in second.ends] == ["failed"]
    assert first.job.succeeded == history.counted("successful")


@patient
@given(both_orders(h.cancelled_histories()))
def test_a_cancelled_job_is_the_same_in_any_order_but_for_a_verdict_that_comes_after_its_end(
    drawn: tuple[History, list[Event], list[Event]],
) -> None:
    history, one, other = drawn
    first, second = tell(one), tell(other)
    assert replace(first.job, finished=None) == replace(second.job, finished=None)
    assert [end.state for end in first.ends] == ["cancelled"]
    if history.outcomes:
        assert first.ends == second.ends
    assert first.job.succeeded == history.counted("successful")
    assert first.job.failed == history.counted("failed")


@patient
@given(h.too_late_histories().flatmap(h.arrivals))
def test_a_job_whose_chunks_are_all_in_is_completed_although_it_was_cancelled(events: list[Event]) -> None:
    assert tell(events).job.state in (State.COMPLETED, State.COMPLETED_WITH_ERRORS)


@patient
@given(h.histories.flatmap(h.arrivals))
def test_the_counts_add_up_in_every_end_that_is_told_and_afterwards(events: list[Event]) -> None:
    told = tell(events)
    for end in told.ends:
        done = end.created + end.updated + end.deleted
        assert end.rows is None or done + end.failed + end.not_processed == end.rows
    job = told.job
    assert job.not_processed is not None
    done = job.created + job.updated + job.deleted
    assert job.rows is None or done + job.failed + job.not_processed == job.rows


@patient
@given(h.completed_histories().flatmap(lambda told: st.tuples(st.just(told), st.permutations(told.events))))
def test_a_job_that_fails_and_yet_gets_all_its_outcomes_ends_once_with_all_of_them(
    drawn: tuple[History, list[Event]],
) -> None:
    history, events = drawn
    failure = replace(h.failed(JOB), job_id=history.job_id)
    for place in range(len(events) + 1):
        told = tell([*events[:place], failure, *events[place:]])
        assert len(told.ends) == 1
        assert told.job.not_processed == 0
        assert told.job.succeeded == history.counted("successful")


@pytest.mark.parametrize("kind", ["create", "update", "delete"])
def test_rows_that_succeed_are_counted_by_the_kind_of_their_job_whenever_that_is_told(kind: str) -> None:
    job = replace(JOB, kind=kind)
    chunk = h.provisioned(JOB, 1, (h.outcome(JOB, 2), h.outcome(JOB, 3, failed=True)))
    told: list[Event] = [job, h.accepted(JOB, rows=2, chunks=1), chunk]
    for events in (told, told[::-1]):
        [end] = tell(events).ends
        counts = {"create": end.created, "update": end.updated, "delete": end.deleted}
        assert counts == {**dict.fromkeys(counts, 0), kind: 1}
        assert (end.kind, end.state, end.failed, end.dry_run) == (kind, "completed_with_errors", 1, False)


def test_a_dry_run_ends_as_checked_and_no_row_was_processed() -> None:
    job = replace(JOB, dry_run=True, kind="update")
    change = Change(line=2, user_id=JOB.job_id, column="email", before="a", after="b")
    told = tell([job, h.started(job), h.checked(job, rows=3, changes=(change, replace(change, line=4)))])
    [end] = told.ends
    assert (end.state, end.dry_run, end.rows, end.not_processed, end.message) == ("checked", True, 3, 3, None)
    assert (end.created, end.updated, end.deleted, end.failed) == (0, 0, 0, 0)
    assert end.finished_at == h.at(2)
    assert "summary" not in end.links
    assert (told.job.change_count, told.job.changed_rows) == (2, 2)


def test_a_file_that_was_checked_leaves_nothing_to_cancel() -> None:
    job = replace(JOB, dry_run=True)
    assert tell([job, h.checked(job, rows=3), h.cancelled(job, chunks=0)]).job.state is State.CHECKED
    assert tell([h.cancelled(job, chunks=0), h.checked(job, rows=3), job]).job.state is State.CHECKED


def test_progress_of_the_check_only_ever_grows_and_ends_with_all_rows() -> None:
    told = tell([h.progressed(JOB, 2000), h.progressed(JOB, 1000)]).job
    assert (told.state, told.rows_checked, told.bytes_checked) == (State.VALIDATING, 2000, 200_000)
    done = tell([JOB, h.progressed(JOB, 2000), h.accepted(JOB, rows=2500, chunks=3)]).job
    assert (done.rows_checked, done.bytes_checked) == (2500, JOB.size)


def test_states_on_the_way() -> None:
    one = h.provisioned(JOB, 1, (h.outcome(JOB, 2),))
    two = h.provisioned(JOB, 2, (h.outcome(JOB, 3, failed=True),))
    events: list[Event] = [JOB, h.started(JOB), h.accepted(JOB, rows=2, chunks=2), one, two]
    states = [tell(events[: n + 1]).job.state for n in range(len(events))]
    assert states == ["submitted", "validating", "provisioning", "provisioning", "completed_with_errors"]


def test_a_chunk_tells_of_provisioning_before_the_verdict_is_heard() -> None:
    assert tell([h.provisioned(JOB, 1, (h.outcome(JOB, 2),))]).job.state is State.PROVISIONING


def test_all_rows_created_is_completed() -> None:
    events: list[Event] = [JOB, h.accepted(JOB, rows=1, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))]
    end = tell(events).job.finished
    assert end is not None
    assert (end.state, end.created, end.failed, end.not_processed) == ("completed", 1, 0, 0)
    assert end.finished_at == h.at(11)
    assert end.links["summary"] == f"/api/v1/jobs/{JOB.job_id}/summary.csv"
    assert end.message is None


def test_chunks_with_fewer_outcomes_than_rows_leave_rows_not_processed() -> None:
    events: list[Event] = [JOB, h.accepted(JOB, rows=3, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))]
    job = tell(events).job
    assert (job.state, job.not_processed) == (State.COMPLETED_WITH_ERRORS, 2)


def test_the_end_of_a_job_waits_for_the_name_of_its_file() -> None:
    late: list[Event] = [h.accepted(JOB, rows=1, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))]
    assert tell(late).job.state is State.PROVISIONING
    end = tell([*late, JOB]).job.finished
    assert end is not None
    assert (end.filename, end.idempotency_key) == ("seats.csv", "a key")


def test_late_outcomes_of_a_failed_job_still_count_and_do_not_end_it_again() -> None:
    events: list[Event] = [
        JOB,
        h.accepted(JOB, rows=3, chunks=3),
        h.provisioned(JOB, 1, (h.outcome(JOB, 2),)),
        h.failed(JOB),
        h.provisioned(JOB, 2, (h.outcome(JOB, 3),)),
    ]
    told = tell(events)
    assert [(end.state, end.created, end.not_processed) for end in told.ends] == [("failed", 1, 2)]
    assert (told.job.created, told.job.not_processed, told.job.state) == (2, 1, State.FAILED)


def test_a_cancelled_job_ends_when_the_chunks_done_before_are_in() -> None:
    events: list[Event] = [
        JOB,
        h.accepted(JOB, rows=9, chunks=3),
        h.cancelled(JOB, chunks=2),
        h.provisioned(JOB, 3, (h.outcome(JOB, 9), h.outcome(JOB, 10, failed=True))),
        h.provisioned(JOB, 1, (h.outcome(JOB, 2),)),
    ]
    assert tell(events[:-1]).job.state is State.PROVISIONING
    [end] = tell(events).ends
    assert (end.state, end.rows, end.created, end.failed, end.not_processed) == ("cancelled", 9, 2, 1, 6)
    assert end.finished_at == h.at(13)
    assert end.links["summary"] == f"/api/v1/jobs/{JOB.job_id}/summary.csv"
    assert (
        end.message == "bob@example.com cancelled the job. 2 Seats were created before that. 6 rows were not processed."
    )


def test_a_job_cancelled_before_its_rows_were_counted_tells_no_rows() -> None:
    [end] = tell([JOB, h.started(JOB), h.cancelled(JOB, chunks=0)]).ends
    assert (end.state, end.rows, end.not_processed) == ("cancelled", None, 0)
    assert end.message == "bob@example.com cancelled the job. No Seat was created."


def test_a_verdict_that_comes_after_the_cancel_still_counts_the_rows() -> None:
    told = tell([JOB, h.cancelled(JOB, chunks=0), h.accepted(JOB, rows=9, chunks=3)])
    assert [end.state for end in told.ends] == ["cancelled"]
    assert (told.job.state, told.job.rows, told.job.not_processed) == (State.CANCELLED, 9, 9)


def test_a_wish_to_cancel_alone_changes_nothing() -> None:
    job = tell([JOB, h.cancel_requested(JOB)]).job
    assert (job.state, job.finished) == (State.SUBMITTED, None)


def test_a_rejected_file_leaves_nothing_to_cancel() -> None:
    verdict = h.rejected(JOB, rows=3, problems=())
    assert tell([JOB, verdict, h.cancelled(JOB, chunks=0)]).job.state is State.REJECTED
    assert tell([h.cancelled(JOB, chunks=0), verdict, JOB]).job.state is State.REJECTED


def test_of_two_failures_the_earlier_is_kept() -> None:
    early, late = h.failed(JOB, stage="validator", after=5), h.failed(JOB, stage="provisioner", after=6)
    assert tell([JOB, late, early]).job.failed_stage == "validator"
    assert tell([JOB, early, late]).job.failed_stage == "validator"


def test_a_request_that_never_became_a_job_is_known_by_its_failure() -> None:
    failure = h.failed(JOB, stage="upload", idempotency_key="a key", submitted_by="crm", filename="inline.csv")
    end = tell([failure]).job.finished
    assert end is not None
    assert (end.state, end.idempotency_key, end.submitted_by, end.filename) == ("failed", "a key", "crm", "inline.csv")
    assert (end.rows, end.not_processed) == (None, 0)
    assert "summary" not in end.links


def test_a_second_request_under_the_key_of_a_running_job_does_not_fail_it() -> None:
    refused = h.failed(JOB, stage="upload", idempotency_key="a key", filename="other.csv")
    job = tell([JOB, refused]).job
    assert (job.state, job.filename) == (State.SUBMITTED, "seats.csv")


def test_a_failure_without_an_account_waits_until_one_is_named() -> None:
    nobodys = h.failed(JOB, account=None)
    assert tell([nobodys]).ends == []
    told = tell([nobodys, JOB])
    assert [end.account for end in told.ends] == ["acme"]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([h.accepted(JOB, rows=1, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))], "completed"),
        ([h.rejected(JOB, rows=1, problems=())], "rejected"),
        ([h.cancelled(JOB, chunks=0)], "cancelled"),
        ([h.cancelled(JOB, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))], "cancelled"),
        ([h.started(JOB)], "failed"),
        ([JOB, h.accepted(JOB, rows=2, chunks=2), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))], "failed"),
        ([JOB, h.accepted(JOB, rows=2, chunks=2), h.cancelled(JOB, chunks=1)], "failed"),
    ],
)
def test_a_job_that_is_given_up_ends_with_what_is_known(events: list[Event], state: str) -> None:
    assert tell(events).ends == []
    failure = h.failed(JOB, stage="reconciler")
    assert [end.state for end in tell([*events, failure]).ends] == [state]
    assert [end.state for end in tell([failure, *events]).ends] == ["failed"]


def test_a_failure_that_was_told_before_does_not_hide_that_a_job_was_given_up() -> None:
    all_in: list[Event] = [h.accepted(JOB, rows=1, chunks=1), h.provisioned(JOB, 1, (h.outcome(JOB, 2),))]
    job = tell([*all_in, h.failed(JOB, after=1), h.failed(JOB, stage="reconciler", after=9)]).job
    assert (job.state, job.failed_stage, job.given_up_at) == (State.COMPLETED, "provisioner", h.at(9))


@pytest.mark.parametrize(
    "events",
    [
        [JOB, replace(h.started(JOB), account="other")],
        [h.accepted(JOB, rows=9, chunks=2), h.provisioned(JOB, 3, (h.outcome(JOB, 2),))],
        [h.provisioned(JOB, 3, (h.outcome(JOB, 2),)), h.accepted(JOB, rows=9, chunks=2)],
        [h.accepted(JOB, rows=1, chunks=2), h.provisioned(JOB, 1, (h.outcome(JOB, 2), h.outcome(JOB, 3)))],
        [h.provisioned(JOB, 0, ())],
        [h.provisioned(JOB, MAX_CHUNKS + 1, ())],
    ],
)
def test_what_can_not_be_true_is_refused(events: list[Event]) -> None:
    with pytest.raises(Contradiction):
        tell(events)
