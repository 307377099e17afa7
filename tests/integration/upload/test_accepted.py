"""Accepted files: whole or not at all, one a job, read in parts, and gone when the job has ended."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from database.connection import Database
from services.upload.accepted import BATCH, AcceptedFiles
from services.upload.accepted_http import FACTOR
from services.upload.ending import take_end
from services.upload.sources import FolderStore, SourceWriter, StorageError
from services.upload.uploads import Uploads
from tests.integration.upload.asking import ADA, BOB, VALIDATOR, Asking, files, problem, rows
from tests.integration.upload.conftest import LIMITS
from tests.integration.upload.test_cancel import finished
from web.access import Principal

SOURCE = b"email\r\n"
DATA = bytes(range(256)) * 10
ANOTHERS = Principal(account="globex", user="validator", role="service")


@pytest.fixture
def job_id(ask: Asking) -> str:
    return ask.job_id()


def end(accepted: AcceptedFiles, job_id: str) -> None:
    assert list(take_end(finished(job_id), accepted=accepted)) == []


def test_what_was_left_is_read_again(ask: Asking, job_id: str) -> None:
    assert ask.put_accepted(job_id, DATA).status_code == 204
    answer = ask.get_accepted(job_id)
    assert (answer.status_code, answer.get_data()) == (200, DATA)
    assert answer.headers["Content-Length"] == str(len(DATA))


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-7", 0, 8),
        ("bytes=8-15", 8, 16),
        ("bytes=1000-1000", 1000, 1001),
        ("bytes=2559-2559", 2559, 2560),
        ("bytes=2550-9999", 2550, 2560),
        ("bytes=2550-", 2550, 2560),
        ("bytes=-3", 2557, 2560),
    ],
)
def test_a_part_is_read(ask: Asking, job_id: str, asked: str, start: int, stop: int) -> None:
    ask.put_accepted(job_id, DATA)
    answer = ask.get_accepted(job_id, asked)
    assert (answer.status_code, answer.get_data()) == (206, DATA[start:stop])
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/2560"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "rows=0-1", "bytes=5-1", "bytes", "bytes=a-b"])
def test_a_range_of_another_kind_is_passed_over(ask: Asking, job_id: str, asked: str) -> None:
    ask.put_accepted(job_id, DATA)
    answer = ask.get_accepted(job_id, asked)
    assert (answer.status_code, answer.get_data()) == (200, DATA)


def test_a_range_behind_the_end_is_told(ask: Asking, job_id: str) -> None:
    ask.put_accepted(job_id, DATA)
    answer = ask.get_accepted(job_id, "bytes=2560-2561")
    assert problem(answer) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == "bytes */2560"


def test_a_large_part_comes_in_blocks_and_ends_where_it_should(accepted: AcceptedFiles, job_id: str) -> None:
    data = DATA * 200
    accepted.keep(lambda writer: writer.write(data), job_id=UUID(job_id), account="acme")
    opened = accepted.open(UUID(job_id), account="acme")
    assert opened
    opened.select(100, 400_000)
    assert b"".join(opened) == data[100:400_000]


def test_only_services_get_there_and_only_to_their_accounts_jobs(ask: Asking, job_id: str) -> None:
    assert problem(ask.put_accepted(job_id, DATA, ADA)) == (403, "forbidden")
    assert problem(ask.put_accepted(job_id, DATA, ANOTHERS)) == (404, "not_found")
    assert problem(ask.put_accepted(str(uuid4()), DATA)) == (404, "not_found")
    ask.put_accepted(job_id, DATA)
    assert problem(ask.get_accepted(job_id, principal=ADA)) == (403, "forbidden")
    for principal, asked in ((ANOTHERS, job_id), (VALIDATOR, str(uuid4()))):
        assert problem(ask.get_accepted(asked, principal=principal)) == (404, "not_found")
    assert problem(ask.get_accepted(ask.job_id("key-2", BOB))) == (404, "not_found")


def test_an_accepted_file_is_no_source(ask: Asking, job_id: str, database: Database) -> None:
    ask.put_accepted(job_id, DATA)
    [row] = rows(database, "accepted_file")
    assert problem(ask.get(f"/sources/{row['source']}", VALIDATOR)) == (404, "not_found")


def test_the_first_stays_so_that_nobody_reads_parts_of_two(
    ask: Asking, job_id: str, folder: Path, database: Database
) -> None:
    ask.put_accepted(job_id, DATA)
    assert ask.put_accepted(job_id, b"the same, sealed anew").status_code == 204
    assert ask.get_accepted(job_id).get_data() == DATA
    assert files(folder) == sorted([SOURCE, DATA])
    assert len(rows(database, "accepted_file")) == 1


def test_of_many_at_the_same_time_one_stays(ask: Asking, job_id: str, folder: Path, database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(lambda n: ask.put_accepted(job_id, DATA + bytes([n])).status_code, range(6))
        assert list(answers) == [204] * 6
    assert ask.get_accepted(job_id).get_data()[:-1] == DATA
    assert len(files(folder)) == 2
    assert len(rows(database, "accepted_file")) == 1


def test_what_was_cut_off_or_is_too_long_is_not_kept(
    ask: Asking, job_id: str, folder: Path, database: Database
) -> None:
    cut = ask.put_accepted(job_id, DATA, environ_overrides={"CONTENT_LENGTH": str(len(DATA) + 1)})
    assert problem(cut) == (400, "truncated_upload")
    limit = FACTOR * LIMITS.max_upload_bytes
    assert problem(ask.put_accepted(job_id, b"x" * (limit + 1))) == (413, "upload_too_large")
    assert (files(folder), rows(database, "accepted_file")) == ([SOURCE], [])
    assert problem(ask.get_accepted(job_id)) == (404, "not_found")
    assert ask.put_accepted(job_id, b"x" * limit).status_code == 204


def test_it_goes_when_the_job_ends_and_does_not_come_back(
    ask: Asking, job_id: str, accepted: AcceptedFiles, folder: Path, database: Database
) -> None:
    other = ask.job_id("key-2")
    for each in (job_id, other):
        ask.put_accepted(each, DATA)
    end(accepted, job_id)
    assert problem(ask.get_accepted(job_id)) == (404, "not_found")
    assert ask.put_accepted(job_id, DATA).status_code == 204, "nothing is wrong for whoever comes late"
    assert problem(ask.get_accepted(job_id)) == (404, "not_found")
    assert ask.get_accepted(other).get_data() == DATA
    assert files(folder) == sorted([SOURCE, SOURCE, DATA])
    assert len(rows(database, "accepted_file")) == 1


def test_a_file_that_arrives_while_its_job_ends_is_not_kept(
    job_id: str, accepted: AcceptedFiles, folder: Path, database: Database
) -> None:
    def fill(writer: SourceWriter) -> None:
        writer.write(DATA)
        end(accepted, job_id)

    with pytest.raises(StorageError):
        accepted.keep(fill, job_id=UUID(job_id), account="acme")
    assert (files(folder), rows(database, "accepted_file")) == ([SOURCE], [])


def test_a_file_that_is_lost_can_be_left_again(ask: Asking, job_id: str, database: Database, uploads: Uploads) -> None:
    ask.put_accepted(job_id, DATA)
    uploads.store.delete(rows(database, "accepted_file")[0]["source"])
    assert problem(ask.get_accepted(job_id)) == (404, "not_found")
    ask.put_accepted(job_id, DATA)
    assert ask.get_accepted(job_id).get_data() == DATA


class Stuck(FolderStore):
    """A folder from which nothing can be removed."""

    def delete(self, reference: str) -> None:
        raise StorageError(f"{reference} is stuck")


def test_what_could_not_be_removed_goes_later(
    ask: Asking, job_id: str, accepted: AcceptedFiles, folder: Path, database: Database
) -> None:
    ask.put_accepted(job_id, DATA)
    stuck = AcceptedFiles(database=database, store=Stuck(folder))
    end(stuck, job_id)
    assert stuck.remove_ended() == 0
    assert len(files(folder)) == 2
    assert accepted.remove_ended() == 1
    assert (files(folder), rows(database, "accepted_file")) == ([SOURCE], [])


def test_housekeeping_takes_what_killed_processes_left_of_ended_jobs_alone(
    ask: Asking, job_id: str, accepted: AcceptedFiles, database: Database
) -> None:
    running = ask.job_id("key-2")
    end(accepted, job_id)
    with database.transaction() as connection:
        for each, count in ((job_id, 2 * BATCH + 1), (running, 3)):
            connection.execute(
                b"INSERT INTO accepted_file (source, job_id) SELECT md5(%(job)s || n), %(job)s::uuid "
                b"FROM generate_series(1, %(count)s) AS n",
                {"job": each, "count": count},
            )
    assert accepted.remove_ended() == 2 * BATCH + 1
    assert {str(row["job_id"]) for row in rows(database, "accepted_file")} == {running}
