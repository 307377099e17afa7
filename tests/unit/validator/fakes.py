"""Upload and provisioner in memory, and files to validate."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

from contracts import template
from contracts.ids import job_id_of, user_id_of
from contracts.messages import Contract, JobSubmittedV1
from contracts.sealing import Sealer
from services.validator.accepted import AcceptedFiles
from services.validator.conflicts import Conflict, Decision, KnownSeat, Verdict
from services.validator.handler import Surroundings, validate_seats
from services.validator.settings import Limits
from services.validator.source import SourceMissing
from services.validator.waiting import WaitingChunks

ACCOUNT = "acme"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OTHER_JOB = UUID(int=1)
SEALER = Sealer(["k" * 32])
REQUIRED = ("firstname", "lastname", "email", "extension", "seat_type")


@dataclass
class Seats:
    """A directory in memory: `taken` has (account, column, value) → (user id, job), `known` (account, user id) → a
    Seat.
    """

    taken: dict[tuple[str, str, str], tuple[str, UUID]] = field(default_factory=dict)
    known: dict[tuple[str, str], KnownSeat] = field(default_factory=dict)
    verdicts: dict[tuple[str, UUID], Verdict] = field(default_factory=dict)
    cancelled: set[tuple[str, UUID]] = field(default_factory=set)
    asked: list[Mapping[str, Sequence[str]]] = field(default_factory=list)

    def take(self, column: str, value: str, *, job_id: UUID = OTHER_JOB, account: str = ACCOUNT) -> str:
        user_id = str(uuid5(job_id, value))
        self.taken[account, column, value] = user_id, job_id
        return user_id

    def conflicts(self, account: str, job_id: UUID, values: Mapping[str, Sequence[str]]) -> Sequence[Conflict]:
        self.asked.append(values)
        return [
            Conflict(column=column, value=value, user_id=found[0])
            for column, wanted in values.items()
            for value in wanted
            if (found := self.taken.get((account, column, value.casefold()))) and found[1] != job_id
        ]

    def seats(self, account: str, user_ids: Sequence[str]) -> Sequence[KnownSeat]:
        self.asked.append({"user_id": user_ids})
        return [known for one in user_ids if (known := self.known.get((account, one)))]

    def know(self, number: int, *, sealed: Iterable[str] = (), account: str = ACCOUNT, **values: str) -> str:
        """There is a Seat with the cells of `seat`; its User ID."""
        cells = {name: cell for name, cell in (seat(number) | values).items() if cell}
        user_id = str(user_id_of(OTHER_JOB, number))
        self.known[account, user_id] = KnownSeat(user_id=user_id, values=cells, sealed=frozenset(sealed))
        for column in ("email", "extension", "phone_number", "device_mac"):
            if column in cells:
                self.taken[account, column, cells[column].casefold()] = user_id, OTHER_JOB
        return user_id

    def decide(self, account: str, job_id: UUID, verdict: Verdict) -> Decision:
        if (account, job_id) in self.cancelled:
            return "cancelled"
        return self.verdicts.setdefault((account, job_id), verdict)


@dataclass
class Files:
    """A source in memory; `size` is of the blocks that a file is given in."""

    stored: dict[tuple[str, str], bytes] = field(default_factory=dict)
    size: int = 1_000

    def blocks(self, account: str, source: str) -> Iterator[bytes]:
        data = self.stored.get((account, source))
        if data is None:
            raise SourceMissing(source)
        return (data[at : at + self.size] for at in range(0, len(data), self.size))


class BreakingOff(Files):
    """Files that can't be read to their end."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def blocks(self, account: str, source: str) -> Iterator[bytes]:
        yield self.stored[account, source][: self.size // 100]
        raise self._error


@dataclass
class Kept:
    """Accepted files in memory; the first one of a job stays, as at upload. ``over``: jobs that have ended."""

    stored: dict[tuple[str, UUID], bytes] = field(default_factory=dict)
    over: set[UUID] = field(default_factory=set)

    def put(self, account: str, job_id: UUID, blocks: Iterable[bytes], *, size: int) -> None:
        data = b"".join(blocks)
        assert len(data) == size
        if job_id not in self.over:
            self.stored.setdefault((account, job_id), data)

    def read(self, account: str, job_id: UUID, start: int, stop: int) -> bytes | None:
        data = self.stored.get((account, job_id))
        if data is None:
            return None
        assert start < len(data)
        return data[start:stop]


@dataclass
class Site:
    """Everything around a validator."""

    folder: Path
    seats: Seats = field(default_factory=Seats)
    files: Files = field(default_factory=Files)
    limits: Limits = field(default_factory=Limits)
    kept: AcceptedFiles = field(default_factory=Kept)
    window: int = 16
    timer: Callable[[], float] = float  # which stands still, at 0

    def surroundings(self) -> Surroundings:
        return Surroundings(
            template=template.version,
            source=self.files,
            directory=self.seats,
            sealer=SEALER,
            limits=self.limits,
            folder=self.folder,
            waiting=WaitingChunks(self.kept),
            window=self.window,
            clock=lambda: NOW,
            timer=self.timer,
        )

    def submit(self, data: bytes, *, key: str = "one") -> JobSubmittedV1:
        self.files.stored[ACCOUNT, key] = data
        return JobSubmittedV1(
            job_id=job_id_of(ACCOUNT, key),
            account=ACCOUNT,
            submitted_by="ann",
            submitted_at=NOW,
            filename="seats.csv",
            idempotency_key=key,
            template_version=1,
            options={},
            source=key,
            size=len(data),
            sha256=sha256(data).hexdigest(),
        )

    def validate(self, data: bytes, *, key: str = "one") -> list[Contract]:
        return list(validate_seats(self.submit(data, key=key), surroundings=self.surroundings()))


def seat(number: int, **cells: str) -> dict[str, str]:
    """The required cells of a Seat, and whatever else is wanted."""
    return {
        "firstname": "Ann",
        "lastname": f"Lee {number}",
        "email": f"ann{number}@example.com",
        "extension": str(1000 + number),
        "seat_type": "standard",
    } | cells


def csv_of(rows: Iterable[Mapping[str, str]], columns: Sequence[str] | None = None) -> bytes:
    """A plain file of rows; cells must not need quotes."""
    rows = list(rows)
    columns = columns or list(dict.fromkeys([*REQUIRED, *(name for row in rows for name in row)]))
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
    return ("\n".join(lines) + "\n").encode()
