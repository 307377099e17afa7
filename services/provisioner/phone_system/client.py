"""Calls one phone system over HTTP: PUT /seats/{user_id}, as docs/phone-system.md says."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from contracts.sealing import NotSealed
from services.provisioner.directory import NewSeat
from services.provisioner.phone_system import metrics
from services.provisioner.phone_system.answers import Answer, Failed, Wrong, answer_of

#: Bytes of an answer that are read; what it says beyond is left.
_LONGEST_ANSWER: Final = 65_536

#: Seconds in which a connection must be made.
_CONNECT: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A Seat to be made, under the User ID that it has in our directory."""

    account: str
    job_id: UUID
    user_id: UUID
    seat: NewSeat

    @property
    def line(self) -> int:
        """Of the uploaded file."""
        return self.seat.line


class PhoneSystem(Protocol):
    """Where Seats are made. Safe for threads."""

    def make(self, row: Row) -> Answer:
        """Have the Seat made; asked for the same User ID again, there is still one Seat."""


class HttpPhoneSystem:
    """A phone system at ``url``. ``opened`` opens sealed values, or raises `NotSealed`; ``timeout`` in seconds."""

    def __init__(
        self, url: str, *, token: str, opened: Callable[[str], str], connections: int, timeout: float = 10.0
    ) -> None:
        self._url = url.rstrip("/")
        self._opened = opened
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "bulk-manager",
        }
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            retries=False,
            timeout=urllib3.Timeout(connect=min(_CONNECT, timeout), read=timeout, total=timeout),
        )

    def make(self, row: Row) -> Answer:
        """See `PhoneSystem.make`."""
        try:
            secrets = {name: self._opened(value) for name, value in row.seat.secrets.items()}
        except NotSealed:
            return Wrong(f"a secret of line {row.line} can't be opened with BULK_SEALING_KEY: it is the validator's")
        began = time.monotonic()
        answer = self._put(row, secrets)
        metrics.SECONDS.observe(time.monotonic() - began)
        metrics.CALLS.labels(type(answer).__name__.lower()).inc()
        return answer

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.clear()

    def _put(self, row: Row, secrets: Mapping[str, str]) -> Answer:
        try:
            response = self._pool.request(
                "PUT",
                f"{self._url}/seats/{row.user_id}",
                body=orjson.dumps(body_of(row, secrets)),
                headers=self._headers,
                redirect=False,
                preload_content=False,
            )
            with response:  # a connection whose answer was read to its end has gone back to the pool by then
                told = response.read(_LONGEST_ANSWER, decode_content=True)
        except (HTTPError, OSError) as error:
            return Failed(f"the phone system does not answer ({type(error).__name__})")
        now = datetime.now(UTC)
        return answer_of(row.line, response.status, response.headers, told, secrets=secrets.values(), now=now)


def body_of(row: Row, secrets: Mapping[str, str]) -> dict[str, object]:
    """What is sent of a row: whose it is, and its filled columns by the template's names."""
    seat = row.seat
    named = {
        "firstname": seat.firstname,
        "lastname": seat.lastname,
        "email": seat.email,
        "extension": seat.extension,
        "phone_number": seat.phone_number,
        "device_mac": seat.device_mac,
    }
    filled = {name: value for name, value in named.items() if value is not None}
    return {
        "user_id": row.user_id,
        "account": row.account,
        "job_id": row.job_id,
        "line": seat.line,
        "seat": {**filled, **seat.attributes, **secrets},
    }
