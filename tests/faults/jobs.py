"""The jobs of a run: rows that no other run has, made from a seed, and known so well that every outcome can be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal
from uuid import UUID

from contracts.ids import job_id_of
from tests.faults.history import Asked, Does, Kind

ACCOUNT = "main"
_ROWS_OF_A_RUN = 10_000
_FIRST = 1_000_000  # seven digits, as the phone numbers need

_STREAM = 12
_LONG = "Telefonvermittlung " * 6 + "und Empfang"
_LARGE = range(4_000, 4_800)
"""Rows of a job in the lane of large ones: with two long cells in each, its file has more than 1 MiB, which is too much
for a message."""

Way = Literal["api", "amqp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file to be sent, `delay` seconds from now. `cancel_after`: seconds until its sender changes their mind.

    An undo, of the job `of`, has no file of its own: its rows are those that it is made of.
    """

    key: str
    kind: Kind
    way: Way
    rows: Sequence[Mapping[str, str]]
    does: Does = "create"
    of: UUID | None = None
    delay: float = 0.0
    cancel_after: float | None = None

    @property
    def job_id(self) -> UUID:
        return job_id_of(ACCOUNT, self.key)

    @property
    def filename(self) -> str:
        return f"{self.key}.csv"

    @property
    def asked(self) -> Asked:
        return Asked(job_id=self.job_id, kind=self.kind, rows=self.rows, does=self.does)

    def csv(self) -> bytes:
        lines = [",".join(self.rows[0]), *(",".join(row.values()) for row in self.rows)]
        return ("\r\n".join(lines) + "\r\n").encode()


class Deck:
    """Deals the jobs of run `number`: the same for the same chance."""

    def __init__(self, number: int, chance: Random, *, ways: Sequence[Way] = ("api", "api", "amqp")) -> None:
        self._number = number
        self._chance = chance
        self._ways = ways
        self._used = 0

    def jobs(self) -> list[Job]:
        """One to three, of all kinds."""
        kind = self._chance.choice(("one", "one", "two", "shared", "rejected", "cancelled"))
        if kind == "shared":
            return self._shared()
        jobs = [self.job("good" if kind in ("one", "two") else kind)]  # type: ignore[arg-type]  # the rest are Kinds
        if kind != "one":
            jobs.append(self.job("good"))
        return jobs

    def stream(self, seconds: float) -> list[Job]:
        """A dozen good ones, sent one after the other over so many seconds."""
        return [replace(self.job("good"), delay=at * seconds / _STREAM) for at in range(_STREAM)]

    def job(self, kind: Kind, rows: Sequence[Mapping[str, str]] = ()) -> Job:
        size = self._size()
        made = [*rows, *self.rows(size - len(rows))]
        if size in _LARGE:
            made = [{**row, "department": _LONG, "location": _LONG} for row in made]
        if kind == "rejected":
            at = self._chance.randrange(len(made))
            made[at] = {**made[at], "email": "nobody"}
        return Job(
            key=f"run-{self._number}-{self._used}",
            kind=kind,
            way="api" if size in _LARGE else self._chance.choice(self._ways),
            rows=made,
            delay=self._chance.uniform(0, 0.8),
            cancel_after=self._chance.uniform(0, 1) if kind == "cancelled" else None,
        )

    def rows(self, count: int) -> list[dict[str, str]]:
        """Good ones, with umlauts."""
        first = _FIRST + self._number * _ROWS_OF_A_RUN + self._used
        self._used += count
        return [_row(number) for number in range(first, first + count)]

    def _shared(self) -> list[Job]:
        """Two files with one row in common: each is valid by itself, one Seat can be made."""
        common = self.rows(1)
        return [self.job("shared", common), self.job("shared", common)]

    def _size(self) -> int:
        """Mostly small; a quarter has several chunks, and one in sixteen is large."""
        if (kind := self._chance.random()) < 0.25:
            return self._chance.choice(_LARGE) if kind < 0.06 else self._chance.randint(1001, 2600)
        return self._chance.randint(2, 60)


def _row(number: int) -> dict[str, str]:
    return {
        "firstname": "Zoë",
        "lastname": f"Nguyễn {number}",
        "email": f"zoe.{number}@example.com",
        "extension": f"{number}",
        "seat_type": "standard",
        "phone_number": f"+1415{number}",
        "voicemail_enabled": "yes",
        "voicemail_pin": "0123",
        "device_mac": f"{number:012x}",
        "department": "",
        "location": "",
    }
