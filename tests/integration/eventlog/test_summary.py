"""The summary over HTTP: the file from upload joined with the outcomes in the database."""

import tracemalloc
from urllib.parse import unquote

import orjson
import pytest
from flask.testing import FlaskClient

import csvfile
from contracts.messages import Contract, JobSubmittedV1, Outcome
from contracts.problems import Problem
from contracts.template import OUTCOME_COLUMNS
from services.eventlog.app import make_app
from services.eventlog.reading import Archive
from services.eventlog.sources import UploadedSources
from services.eventlog.store import EventLog
from services.eventlog.summary import SourceChanged
from tests.integration.eventlog.asking import get, submitted_file, tell, told
from tests.integration.eventlog.source_server import KEY
from tests.unit.eventlog import histories as h
from web.access import AccessKey
from web.client import ServiceClient

DATA = b"email;extension\r\nann@example.com;100\r\n\r\n'=bob@example.com;101\r\n=cy@example.com;+14155550100\r\n"
LINES = (2, 4, 5)
JOB = submitted_file("a key", DATA, filename="Büro 1.csv")
PATH = f"/jobs/{JOB.job_id}/summary.csv"


def chunk(number: int, *lines: int, failed: int = 0) -> Contract:
    outcomes = tuple(h.outcome(JOB, line, failed=line == failed) for line in lines)
    return h.provisioned(JOB, number, outcomes)


def cells(line: int, *, failed: bool = False) -> str:
    return ";".join(h.outcome_cells(h.outcome(JOB, line, failed=failed)))


def test_every_row_with_its_outcome(client: FlaskClient, log: EventLog, sources: dict[str, bytes]) -> None:
    sources["a-source"] = DATA
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=2), chunk(2, 5), chunk(1, 2, 4, failed=4))
    answer = get(client, PATH)
    assert answer.status_code == 200
    assert answer.data.decode().split("\r\n") == [
        "email;extension;user_id;created_at;type;reason",
        f"ann@example.com;100;{cells(2)}",
        f"'=bob@example.com;101;{cells(4, failed=True)}",
        f"'=cy@example.com;+14155550100;{cells(5)}",
        "",
    ]
    assert cells(2).split(";")[1:] == ["2026-11-22T12:00:03.002000Z", "successful", ""]


def test_the_download_has_the_file_s_name(client: FlaskClient, log: EventLog, sources: dict[str, bytes]) -> None:
    sources["a-source"] = DATA
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=1), chunk(1, *LINES))
    header = get(client, PATH).headers["Content-Disposition"]
    assert unquote(header.rpartition("''")[2]) == "Büro 1-summary.csv"


def test_the_summary_the_job_and_the_outcomes_agree(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    sources["a-source"] = DATA
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=1), chunk(1, *LINES, failed=5))
    rows = [record.cells[-4:] for record in csvfile.read([get(client, PATH).data])]
    outcomes = told(client, f"/jobs/{JOB.job_id}/outcomes")["outcomes"]
    assert rows == [tuple(outcome[name] or "" for name in OUTCOME_COLUMNS) for outcome in outcomes]
    job = told(client, f"/jobs/{JOB.job_id}")
    assert (job["created"], job["failed"]) == (2, 1)


def test_a_failed_job_tells_which_rows_were_not_processed_and_takes_late_ones_in(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    sources["a-source"] = DATA
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=3), chunk(1, 2), h.failed(JOB))
    kinds = [record.cells[-2:] for record in csvfile.read([get(client, PATH).data])]
    missing = ("not_processed", "Not processed. The provisioner gave up.")
    assert kinds == [("successful", ""), missing, missing]
    tell(log, chunk(3, 5))
    kinds = [record.cells[-2:] for record in csvfile.read([get(client, PATH).data])]
    assert kinds == [("successful", ""), missing, ("successful", "")]


def test_a_cancelled_job_tells_by_whom_rows_were_not_processed(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    sources["a-source"] = DATA
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=3), chunk(1, 2), h.cancelled(JOB, chunks=1))
    kinds = [record.cells[-2:] for record in csvfile.read([get(client, PATH).data])]
    missing = ("not_processed", "Not processed. bob@example.com cancelled the job.")
    assert kinds == [("successful", ""), missing, missing]


def test_a_job_cancelled_before_its_rows_were_counted_has_a_summary(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    sources["a-source"] = DATA
    tell(log, JOB, h.cancelled(JOB, chunks=0))
    kinds = [record.cells[-2:] for record in csvfile.read([get(client, PATH).data])]
    assert kinds == [("not_processed", "Not processed. bob@example.com cancelled the job.")] * 3


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((JOB, h.accepted(JOB, rows=3, chunks=2), chunk(1, 2)), "job_not_finished"),
        (
            (JOB, h.rejected(JOB, rows=3, problems=(Problem(line=1, column=None, code="x", message="x"),))),
            "nothing_created",
        ),
        ((h.failed(JOB, stage="upload", idempotency_key="a key"),), "nothing_created"),
    ],
)
def test_where_there_is_no_summary(client: FlaskClient, log: EventLog, events: tuple[Contract, ...], code: str) -> None:
    tell(log, *events)
    answer = get(client, PATH)
    assert (answer.status_code, answer.get_json()["code"]) == (409, code)


def test_a_failed_job_whose_file_can_not_be_read(client: FlaskClient, log: EventLog, sources: dict[str, bytes]) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
    sources["a-source"] = picture
    tell(log, submitted_file("a key", picture), h.failed(JOB, stage="validator"))
    answer = get(client, PATH)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "nothing_created")


def test_a_file_that_is_not_kept_any_more(client: FlaskClient, log: EventLog) -> None:
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=1), chunk(1, *LINES))
    answer = get(client, PATH)
    assert (answer.status_code, answer.get_json()["code"]) == (410, "source_gone")


def test_a_small_file_that_was_changed_is_refused(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    sources["a-source"] = DATA.replace(b"100", b"200")
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=1), chunk(1, *LINES))
    answer = get(client, PATH)
    assert (answer.status_code, answer.get_json()["code"]) == (500, "source_changed")


def test_a_large_file_that_was_changed_breaks_the_transfer(
    client: FlaskClient, log: EventLog, sources: dict[str, bytes]
) -> None:
    job, data = big_job(2_000)
    sources["a-source"] = data.replace(b"last1999", b"lost1999")
    record_chunks(log, job, 2_000)
    tell(log, job, h.accepted(job, rows=2_000, chunks=2))
    streamed = get(client, f"/jobs/{job.job_id}/summary.csv", buffered=False)
    assert streamed.status_code == 200
    with pytest.raises(SourceChanged):
        list(streamed.response)


def test_upload_being_away_is_worth_another_try(archive: Archive, log: EventLog) -> None:
    key = AccessKey(KEY)
    client = make_app(archive, UploadedSources(ServiceClient("http://127.0.0.1:1", key)), key, ready=dict).test_client()
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=1), chunk(1, *LINES))
    answer = get(client, PATH)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_upload_refusing_the_event_log_is_our_fault(archive: Archive, log: EventLog, upload_url: str) -> None:
    key = AccessKey(KEY)
    other = AccessKey("quite another key of more than thirty-two characters")
    client = make_app(archive, UploadedSources(ServiceClient(upload_url, other)), key, ready=dict).test_client()
    tell(log, JOB, h.accepted(JOB, rows=3, chunks=1), chunk(1, *LINES))
    assert get(client, PATH).status_code == 500


def big_job(rows: int) -> tuple[JobSubmittedV1, bytes]:
    lines = "".join(f"first{n},last{n},user{n}@example.com,{n:07},standard,{'x' * 60}\n" for n in range(rows))
    data = f"firstname,lastname,email,extension,seat_type,department\n{lines}".encode()
    return submitted_file(f"big {rows}", data), data


def record_chunks(log: EventLog, job: JobSubmittedV1, rows: int) -> None:
    for number, start in enumerate(range(0, rows, 1000), start=1):
        outcomes: tuple[Outcome, ...] = tuple(
            h.outcome(job, n + 2, failed=n % 7 == 0) for n in range(start, min(start + 1000, rows))
        )
        tell(log, h.provisioned(job, number, outcomes))


@pytest.mark.parametrize(
    ("file", "wanted", "least"),
    [("summary", 50_000, 9_000_000), ("failed", 7_143, 700_000), ("created", 42_857, 3_000_000)],
)
def test_memory_does_not_grow_with_the_file(
    archive: Archive,
    log: EventLog,
    upload_url: str,
    sources: dict[str, bytes],
    file: str,
    wanted: int,
    least: int,
) -> None:
    rows = 50_000
    job, sources["a-source"] = big_job(rows)
    record_chunks(log, job, rows)
    tell(log, job, h.accepted(job, rows=rows, chunks=rows // 1000))
    key = AccessKey(KEY)
    app = make_app(archive, UploadedSources(ServiceClient(upload_url, key)), key, ready=dict)
    answer = get(app.test_client(), f"/jobs/{job.job_id}")
    assert orjson.loads(answer.data)["state"] == "completed_with_errors"
    tracemalloc.start()
    streamed = get(app.test_client(), f"/jobs/{job.job_id}/{file}.csv", buffered=False)
    found = size = 0
    for block in streamed.response:
        size += len(block)
        found += block.count(b"\n") if isinstance(block, bytes) else 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == wanted + 1
    assert size > least
    assert peak < 5_000_000
