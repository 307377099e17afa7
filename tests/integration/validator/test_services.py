"""The provisioner and upload, asked over HTTP; and the fake directory of the unit tests, held to the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, request

from contracts.codec import Codec
from contracts.messages import SeatsAcceptedV1
from database.connection import Database
from database.migrations import migrate
from messaging.errors import Retry, Unavailable
from services.provisioner.app import create_app
from services.provisioner.directory import Made, NewSeat
from services.provisioner.memory_directory import MemoryDirectory
from services.provisioner.verdicts import MemoryVerdicts
from services.upload.app import Limits, make_app
from services.upload.sources import FolderStore
from services.upload.uploads import Uploads
from services.validator.accepted import AcceptedFiles, UploadAccepted
from services.validator.conflicts import Conflict, Directory, HttpDirectory, KnownSeat
from services.validator.source import SourceMissing, UploadSource
from services.validator.waiting import WaitingChunks
from tests.integration.upload.asking import Asking, new_upload
from tests.integration.validator.serving import KEY, served
from tests.unit.provisioner.making import SECRET, chunk_of
from tests.unit.validator.fakes import Kept, Seats
from web.access import AccessKey
from web.client import ServiceClient, ServiceUnavailable

JOB = UUID(int=1)
OTHER_JOB = UUID(int=2)
CANCELLED_JOB = UUID(int=3)
VALUES = {
    "email": "ann@example.com",
    "extension": "1001",
    "phone_number": "+14155550100",
    "device_mac": "00:1a:2b:3c:4d:5e",
}


def now() -> datetime:
    return datetime.now(UTC)


def fake() -> tuple[Directory, str]:
    seats = Seats(cancelled={("acme", CANCELLED_JOB)})
    (user_id,) = {seats.take(column, value, job_id=JOB) for column, value in list(VALUES.items())[:1]}
    for column, value in VALUES.items():
        seats.taken["acme", column, value] = user_id, JOB
    values = {"firstname": "Ann", "lastname": "Lee", "department": "Sales"} | VALUES
    seats.known["acme", user_id] = KnownSeat(user_id=user_id, values=values, sealed=frozenset({"password"}))
    return seats, user_id


@pytest.fixture
def provisioner() -> Iterator[tuple[str, str]]:
    """The address of a provisioner that has one Seat of JOB, and the Seat's User ID."""
    directory = MemoryDirectory(now)
    department, password = {"department": "Sales"}, {"password": SECRET}
    seat = NewSeat(line=2, firstname="Ann", lastname="Lee", attributes=department, secrets=password, **VALUES)
    (made,) = directory.create_seats(chunk_of([seat], job_id=JOB)).outcomes
    assert isinstance(made, Made)
    directory.cancel_job("acme", CANCELLED_JOB)
    app = create_app(directory, MemoryVerdicts(directory.is_cancelled), access_key=AccessKey(KEY), ready=dict)
    with served(app) as address:
        yield address, str(made.user_id)


@pytest.fixture(params=["fake", "real"])
def directory(request: pytest.FixtureRequest) -> tuple[Directory, str]:
    if request.param == "fake":
        return fake()
    address, user_id = request.getfixturevalue("provisioner")
    return HttpDirectory(ServiceClient(address, AccessKey(KEY))), user_id


def test_conflicts_are_told_with_the_seat_that_has_the_value(directory: tuple[Directory, str]) -> None:
    asked, user_id = directory
    values = {column: [value, "free"] for column, value in VALUES.items()}
    found = asked.conflicts("acme", OTHER_JOB, values)
    assert sorted(found, key=lambda c: c.column) == [
        Conflict(column=column, value=value, user_id=user_id) for column, value in sorted(VALUES.items())
    ]


def test_email_addresses_conflict_whatever_their_case(directory: tuple[Directory, str]) -> None:
    asked, user_id = directory
    (found,) = asked.conflicts("acme", OTHER_JOB, {"email": ["Ann@Example.COM"]})
    assert (found.column, found.value.casefold(), found.user_id) == ("email", "ann@example.com", user_id)


def test_seats_of_the_same_job_and_of_other_accounts_are_no_conflict(directory: tuple[Directory, str]) -> None:
    asked, _ = directory
    values = {column: [value] for column, value in VALUES.items()}
    assert list(asked.conflicts("acme", JOB, values)) == []
    assert list(asked.conflicts("other", OTHER_JOB, values)) == []


def test_a_thousand_values_of_each_column_may_be_asked(directory: tuple[Directory, str]) -> None:
    asked, _ = directory
    values = {column: [f"{value}{n}" for n in range(1000)] for column, value in VALUES.items()}
    assert list(asked.conflicts("acme", OTHER_JOB, values)) == []


def test_seats_are_told_by_their_user_ids(directory: tuple[Directory, str]) -> None:
    asked, user_id = directory
    (seat,) = asked.seats("acme", [user_id, str(JOB)])
    values = {"firstname": "Ann", "lastname": "Lee", "department": "Sales"} | VALUES
    assert seat == KnownSeat(user_id=user_id, values=values, sealed=frozenset({"password"}))
    assert list(asked.seats("other", [user_id])) == []
    assert list(asked.seats("acme", [str(UUID(int=n)) for n in range(1_000)])) == []


def test_the_first_verdict_counts(directory: tuple[Directory, str]) -> None:
    asked, _ = directory
    assert asked.decide("acme", JOB, "rejected") == "rejected"
    assert asked.decide("acme", JOB, "accepted") == "rejected"
    assert asked.decide("acme", OTHER_JOB, "accepted") == "accepted"
    assert asked.decide("acme", OTHER_JOB, "rejected") == "accepted"
    assert asked.decide("other", JOB, "accepted") == "accepted"


def test_cancelled_counts_before_all_verdicts(directory: tuple[Directory, str]) -> None:
    asked, _ = directory
    asked.decide("acme", CANCELLED_JOB, "accepted")
    assert asked.decide("acme", CANCELLED_JOB, "rejected") == "cancelled"
    assert asked.decide("other", CANCELLED_JOB, "rejected") == "rejected"


def test_a_verdict_that_is_not_known_here_is_tried_again() -> None:
    app = Flask("newer")
    app.add_url_rule("/verdicts/<job_id>", view_func=lambda **_: {"verdict": "perhaps"}, methods=["PUT"])
    with served(app) as address, pytest.raises(Retry, match="'perhaps', which is not known"):
        HttpDirectory(ServiceClient(address, AccessKey(KEY))).decide("acme", JOB, "accepted")


def test_a_refusal_is_tried_again_and_counted(provisioner: tuple[str, str]) -> None:
    asked = HttpDirectory(ServiceClient(provisioner[0], AccessKey("another key of thirty-two characters")))
    with pytest.raises(Retry, match="POST /conflicts: 401"):
        asked.conflicts("acme", JOB, {})
    with pytest.raises(Retry, match="PUT /verdicts"):
        asked.decide("acme", JOB, "accepted")


def test_a_service_that_is_away_is_waited_for() -> None:
    client = ServiceClient("http://127.0.0.1:9", AccessKey(KEY))
    with pytest.raises(ServiceUnavailable):
        HttpDirectory(client).conflicts("acme", JOB, {})
    with pytest.raises(ServiceUnavailable):
        UploadSource(client).blocks("acme", "x")
    with pytest.raises(ServiceUnavailable):
        UploadAccepted(client).read("acme", JOB, 0, 8)
    with pytest.raises(ServiceUnavailable):
        UploadAccepted(client).put("acme", JOB, [b"1234"], size=4)


@pytest.fixture
def uploads(database_url: str, tmp_path: Path) -> Iterator[Uploads]:
    migrate(database_url, "services.upload")
    database = Database(database_url, application_name="test-validator")
    store = FolderStore(tmp_path / "sources")
    store.prepare()
    yield Uploads(database=database, store=store, expiry=timedelta(hours=24))
    database.close()


@pytest.fixture
def app(uploads: Uploads) -> Flask:
    limits = Limits(max_upload_bytes=10_000_000, max_rows=1, max_cell_length=1)
    return make_app(uploads=uploads, limits=limits, access_key=AccessKey(KEY), codec=Codec("upload"))


@pytest.fixture
def client(app: Flask) -> Iterator[ServiceClient]:
    """Calls an upload service."""
    with served(app) as address:
        yield ServiceClient(address, AccessKey(KEY))


@pytest.fixture
def job_id(app: Flask) -> UUID:
    """A job of the account acme at upload."""
    return UUID(Asking(app).job_id())


@pytest.fixture
def source(client: ServiceClient) -> UploadSource:
    return UploadSource(client)


@pytest.fixture(params=["fake", "real"])
def accepted(request: pytest.FixtureRequest) -> tuple[AcceptedFiles, UUID]:
    """Where accepted files are kept, and a job whose file may be kept there."""
    if request.param == "fake":
        return Kept(), JOB
    return UploadAccepted(request.getfixturevalue("client")), request.getfixturevalue("job_id")


def test_an_accepted_file_is_kept_and_read_in_parts(accepted: tuple[AcceptedFiles, UUID]) -> None:
    files, job_id = accepted
    blocks = [bytes([number]) * 100_000 for number in range(20)]
    data = b"".join(blocks)
    files.put("acme", job_id, iter(blocks), size=len(data))
    for start, stop in ((0, 8), (99_999, 100_001), (0, 1_000_000), (1_999_999, 2_000_000), (1_999_990, 3_000_000)):
        assert files.read("acme", job_id, start, stop) == data[start:stop]


def test_the_first_accepted_file_of_a_job_stays(accepted: tuple[AcceptedFiles, UUID]) -> None:
    files, job_id = accepted
    for data in (b"first", b"the second one"):
        files.put("acme", job_id, [data], size=len(data))
    assert files.read("acme", job_id, 0, 100) == b"first"


def test_no_file_is_read_where_none_is_kept(accepted: tuple[AcceptedFiles, UUID]) -> None:
    files, job_id = accepted
    assert files.read("acme", job_id, 0, 8) is None
    files.put("acme", job_id, [b"data"], size=4)
    assert files.read("globex", job_id, 0, 4) is None
    assert files.read("acme", OTHER_JOB, 0, 4) is None


def test_chunks_wait_at_the_real_upload(client: ServiceClient, job_id: UUID) -> None:
    waiting = WaitingChunks(UploadAccepted(client))
    chunks = [
        SeatsAcceptedV1(
            job_id=job_id,
            account="acme",
            template_version=1,
            chunk=number,
            columns=("firstname",),
            lines=tuple(range(number * 1000, number * 1000 + 1000)),
            values=([f"{number} {n}" for n in range(1000)],),
        )
        for number in range(4, 9)
    ]
    bodies = [Codec("test").encode(chunk).body for chunk in chunks]
    assert waiting.keep("acme", job_id, list(map(len, bodies)), iter(bodies)) == 5
    assert [waiting.after("acme", job_id, number) for number in range(1, 9)] == [*chunks, None, None, None]


@pytest.mark.parametrize(
    ("status", "error"), [(500, Retry), (401, Retry), (200, Retry), (503, Unavailable), (507, Unavailable)]
)
def test_what_upload_says_instead_is_tried_again(status: int, error: type[Exception]) -> None:
    app = Flask("broken")

    def refuse(**_: str) -> tuple[str, int]:
        request.get_data()
        return "no room", status

    app.add_url_rule("/accepted/<job_id>", view_func=refuse, methods=["PUT", "GET"])
    with served(app) as address:
        files = UploadAccepted(ServiceClient(address, AccessKey(KEY)))
        with pytest.raises(error, match="GET /accepted"):
            files.read("acme", JOB, 0, 8)
        if status != 200:
            with pytest.raises(error, match=f"PUT /accepted/{JOB}: {status} no room"):
                files.put("acme", JOB, [b"1234"], size=4)


def stored(uploads: Uploads, folder: Path, data: bytes) -> str:
    """The reference of a file that was just uploaded, which only the job's message tells."""
    new_upload(uploads, data)
    (path,) = folder.iterdir()
    return path.name


def test_a_file_is_streamed_from_upload(uploads: Uploads, source: UploadSource, tmp_path: Path) -> None:
    data = b"0123456789" * 100_000
    reference = stored(uploads, tmp_path / "sources", data)
    blocks = list(source.blocks("acme", reference))
    assert b"".join(blocks) == data
    assert len(blocks) > 5


def test_files_of_others_and_unknown_ones_are_missing_alike(
    uploads: Uploads, source: UploadSource, tmp_path: Path
) -> None:
    reference = stored(uploads, tmp_path / "sources", b"email\n")
    for account, asked in (("globex", reference), ("acme", "0" * 32), ("acme", "../../etc/passwd")):
        with pytest.raises(SourceMissing):
            source.blocks(account, asked)


def test_another_refusal_of_upload_is_tried_again() -> None:
    def refuse(source: str) -> tuple[str, int]:
        return source, 400

    app = Flask("broken")
    app.add_url_rule("/sources/<source>", view_func=refuse)
    with served(app) as address, pytest.raises(Retry, match="GET /sources/x: 400"):
        UploadSource(ServiceClient(address, AccessKey(KEY))).blocks("acme", "x")
