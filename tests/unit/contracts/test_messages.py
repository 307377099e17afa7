"""Every message: its example, its schema, its ids, and what is refused."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codec import Codec
from contracts.failure import job_failed
from contracts.ids import job_id_of, user_id_of
from contracts.messages import (
    SCHEMAS,
    Failed,
    JobFailedV1,
    JobRequestedV1,
    SeatsAcceptedV1,
    SeatsProvisionedV1,
    Successful,
)
from contracts.topology import TOPOLOGY
from messaging.errors import Reject
from messaging.message import Message
from tests.unit.contracts.chunk_rows import Row, columns_of

CODEC = Codec("tests", clock=lambda: datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
JOB = UUID("5f0b6a3e-8f55-5f3a-9a53-7f6f1d1f9c11")


def example(type_: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(files("contracts").joinpath(f"examples/{type_}.json").read_text("utf-8"))
    return loaded


def message(type_: str, body: object, correlation_id: str = str(JOB)) -> Message:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Message(
        type=type_,
        message_id="m1",
        correlation_id=correlation_id,
        body=raw,
        timestamp=datetime(2026, 11, 22, tzinfo=UTC),
        app_id="tests",
    )


@pytest.mark.parametrize("type_", SCHEMAS)
def test_the_example_is_what_the_message_says(type_: str) -> None:
    contract = CODEC.decode(message(type_, example(type_)))
    assert type_ == contract.TYPE
    again = CODEC.encode(contract)
    assert json.loads(again.body) == example(type_)
    assert (again.type, again.correlation_id, again.app_id) == (type_, str(contract.job_id), "tests")


@pytest.mark.parametrize("type_", SCHEMAS)
def test_readers_ignore_fields_that_they_do_not_know(type_: str) -> None:
    plain = CODEC.decode(message(type_, example(type_)))
    assert CODEC.decode(message(type_, example(type_) | {"added_later": {"x": 1}})) == plain


@pytest.mark.parametrize("type_", SCHEMAS)
def test_a_message_without_its_fields_is_rejected_and_named(type_: str) -> None:
    with pytest.raises(Reject, match=type_.replace(".", r"\.")):
        CODEC.decode(message(type_, {}))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null"])
def test_what_is_not_a_json_object_is_rejected(body: bytes) -> None:
    with pytest.raises(Reject, match="JSON"):
        CODEC.decode(message("job.submitted.v1", body))


def test_an_unknown_type_is_rejected() -> None:
    with pytest.raises(Reject, match="no message of the type"):
        CODEC.decode(message("job.imagined.v1", {}))


def test_every_message_has_a_module_an_example_and_a_queue() -> None:
    modules = {path.stem for path in Path("contracts/messages").glob("*_v*.py")}
    assert modules == {type_.replace(".", "_").replace("-", "_") for type_ in SCHEMAS}
    assert {path.stem for path in Path("contracts/examples").glob("*.json")} == set(SCHEMAS)
    heard = {type_ for queue in TOPOLOGY.queues for type_ in queue.types}
    assert heard | TOPOLOGY.unheard == set(SCHEMAS)


def test_the_same_cause_gives_the_same_id_and_another_gives_another() -> None:
    def chunk(number: int, job: UUID = JOB) -> str:
        contract = SeatsAcceptedV1(
            job_id=job, account="main", template_version=1, chunk=number, columns=("email",), lines=(), values=([],)
        )
        return CODEC.encode(contract).message_id

    assert chunk(1) == chunk(1)
    assert len({chunk(1), chunk(2), chunk(1, UUID(int=1))}) == 3
    assert job_id_of("a", "k") == job_id_of("a", "k")
    assert len({job_id_of("a", "k"), job_id_of("b", "k"), job_id_of("a", "l")}) == 3
    assert user_id_of(JOB, 2) != user_id_of(JOB, 3)


@given(
    rows=st.lists(
        st.tuples(st.integers(2, 10**6), st.none() | st.text(max_size=8), st.none() | st.text(max_size=8)),
        unique_by=lambda row: row[0],
    )
)
def test_rows_of_any_text_travel_unchanged(rows: list[tuple[int, str | None, str | None]]) -> None:
    chunk = SeatsAcceptedV1(
        job_id=JOB,
        account="main",
        template_version=1,
        chunk=1,
        columns=("firstname", "lastname"),
        **columns_of((Row(line, (first, last)) for line, first, last in sorted(rows)), width=2),
    )
    assert CODEC.decode(CODEC.encode(chunk)) == chunk


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        ("x", [["a"]]),
        (None, [["a"]]),
        ([0], [["a"]]),
        ([True], [["a"]]),
        (["2"], [["a"]]),
        ([2.0], [["a"]]),
        ([3, 2], [["a", "b"]]),
        ([2, 2], [["a", "b"]]),
        ([2], "a"),
        ([2], ["a"]),
        ([2], [[1]]),
        ([2], [[["a"]]]),
        ([2], [["a", "b"]]),
        ([2], [[]]),
        ([2], []),
        ([2], [["a"], ["b"]]),
        (list(range(1, 1002)), [["a"] * 1001]),
    ],
)
def test_malformed_rows_are_rejected(lines: object, values: object) -> None:
    body = example("seats.accepted.v1") | {"columns": ["email"], "lines": lines, "values": values}
    with pytest.raises(Reject):
        CODEC.decode(message("seats.accepted.v1", body))


def test_a_column_that_is_named_twice_is_rejected() -> None:
    body = example("seats.accepted.v1") | {"columns": ["email", "email"], "lines": [2], "values": [["a"], ["b"]]}
    with pytest.raises(Reject, match="twice"):
        CODEC.decode(message("seats.accepted.v1", body))


NOW = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "told",
    [
        {"successful": "x"},
        {"successful": None},
        {"successful": {}},
        {"successful": {"lines": [2]}},
        {"successful": {"lines": [2], "user_ids": []}},
        {"successful": {"lines": [2], "user_ids": "x"}},
        {"successful": {"lines": [2], "user_ids": ["x"]}},
        {"successful": {"lines": [2], "user_ids": [7]}},
        {"successful": {"lines": [2], "user_ids": [JOB.hex]}},
        {"successful": {"lines": [2], "user_ids": [JOB.hex + "----"]}},
        {"successful": {"lines": [2], "user_ids": [str(JOB).upper()]}},
        {"successful": {"lines": [2], "user_ids": [str(JOB)[:-2] + "  "]}},
        {"successful": {"lines": [2], "user_ids": [str(JOB)[:-1] + "g"]}},
        {"successful": {"lines": [2], "user_ids": [str(JOB)[:-1] + "٣"]}},
        {"successful": {"lines": [2, 4], "user_ids": [str(JOB) + "0", str(JOB)[1:]]}},
        {"successful": {"lines": [4, 2], "user_ids": [str(JOB)] * 2}},
        {"successful": {"lines": [2], "user_ids": [str(JOB)], "created_at": []}},
        {"successful": {"lines": [2], "user_ids": [str(JOB)], "created_at": ["soon"]}},
        {"successful": {"lines": [2], "user_ids": [str(JOB)], "created_at": NOW}},
        {"successful": {"lines": [3], "user_ids": [str(JOB)]}},  # the example's failed row
        {"failed": "x"},
        {"failed": [1]},
        {"failed": [{"line": 4}]},
        {"failed": [{"line": 0, "code": "x", "message": "y"}]},
        {"failed": [{"line": 4, "code": None, "message": "y"}]},
        {"failed": [{"line": 4, "code": "x", "message": "y"}, {"line": 4, "code": "x", "message": "y"}]},
    ],
)
def test_malformed_outcomes_are_rejected(told: dict[str, object]) -> None:
    with pytest.raises(Reject):
        CODEC.decode(message("seats.provisioned.v1", example("seats.provisioned.v1") | told))


@given(
    user_ids=st.lists(st.uuids(), max_size=5),
    times=st.none() | st.lists(st.datetimes(timezones=st.just(UTC)), min_size=5, max_size=5),
    failed=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5),
)
def test_outcomes_travel_unchanged_and_are_told_in_the_order_of_lines(
    user_ids: list[UUID], times: list[datetime] | None, failed: list[tuple[str, str]]
) -> None:
    made = Successful(
        lines=tuple(range(2, 2 + 2 * len(user_ids), 2)),
        user_ids=tuple(map(str, user_ids)),
        created_at=tuple(times[: len(user_ids)]) if times else None,
    )
    rows = tuple(Failed(line=3 + 2 * at, code=code, message=text) for at, (code, text) in enumerate(failed))
    chunk = SeatsProvisionedV1(
        job_id=JOB,
        account="main",
        chunk=1,
        successful=made,
        failed=rows,
        provisioned_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    again = CODEC.decode(CODEC.encode(chunk))
    assert again == chunk
    outcomes = chunk.outcomes
    assert [outcome.line for outcome in outcomes] == sorted([*made.lines, *(row.line for row in rows)])
    assert [outcome.user_id for outcome in outcomes if outcome.type == "successful"] == user_ids
    created = [outcome.created_at for outcome in outcomes if outcome.type == "successful"]
    assert created == (times or [chunk.provisioned_at] * len(user_ids))[: len(user_ids)]


@pytest.mark.parametrize(
    "changes",
    [
        {"csv": None, "upload_id": None},
        {"csv": "a,b", "upload_id": str(JOB)},
        {"csv": "x" * 1_048_577},
        {"account": "Main Street"},
        {"idempotency_key": ""},
    ],
)
def test_a_request_for_a_job_is_checked(changes: dict[str, object]) -> None:
    body = example("job.requested.v1") | changes
    with pytest.raises(Reject):
        CODEC.decode(message("job.requested.v1", body))


def test_a_dead_letter_ends_its_job() -> None:
    dead = message("seats.accepted.v1", {"account": "main", "rows": "x"})
    (failed,) = job_failed(dead, "rows are not a list", stage="provisioner")
    assert isinstance(failed, JobFailedV1)
    assert (failed.job_id, failed.account, failed.stage) == (JOB, "main", "provisioner")
    assert "m1" in failed.message
    assert "rows are not a list" not in failed.message


def test_a_dead_request_tells_its_sender_why() -> None:
    body = {"account": "main", "idempotency_key": "k1", "filename": "a.csv", "requested_by": "crm"}
    (failed,) = job_failed(message(JobRequestedV1.TYPE, body, correlation_id="x"), "csv is missing", stage="upload")
    assert failed.job_id == job_id_of("main", "k1")
    assert (failed.idempotency_key, failed.filename, failed.submitted_by) == ("k1", "a.csv", "crm")
    assert "csv is missing" in failed.message


@pytest.mark.parametrize(
    "dead",
    [
        message("job.submitted.v1", b"\x00", correlation_id="no job"),
        message("job.submitted.v1", {"job_id": "x"}, correlation_id=""),
        message("job.requested.v1", {"account": "main"}),
        message("job.requested.v1", b"{"),
    ],
)
def test_a_dead_letter_of_an_unknown_job_ends_none(dead: Message) -> None:
    assert job_failed(dead, "why", stage="upload") == ()


def test_the_job_is_found_in_the_body_where_the_property_is_missing() -> None:
    (failed,) = job_failed(message("seats.accepted.v1", {"job_id": str(JOB)}, correlation_id=""), "x", stage="s")
    assert failed.job_id == JOB
    assert failed.account is None
