"""The provisioner, as the validator asks it: which values Seats have already, and which verdict counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from messaging.errors import Retry
from web.access import service_principal
from web.client import RemoteRefusal, ServiceClient

Verdict = Literal["accepted", "rejected"]

#: What counts in the end: a verdict, or that nobody wants one any more.
Decision = Verdict | Literal["cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A Seat of the account, ``user_id``, has this ``value`` in this ``column`` already."""

    column: str
    value: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSeat:
    """A Seat of the account: its ``values`` by column, and the names of its secrets, which are ``sealed``."""

    user_id: str
    values: Mapping[str, str]
    sealed: frozenset[str] = frozenset()

    def has(self, column: str) -> bool:
        """Whether the Seat has a value there, secret or not."""
        return column in self.sealed or bool(self.values.get(column))


class Directory(Protocol):
    """What the validator needs of the place where Seats are made."""

    def conflicts(self, account: str, job_id: UUID, values: Mapping[str, Sequence[str]]) -> Sequence[Conflict]:
        """Which of the values, at most 1,000 a column, Seats have already that were not made by this job."""

    def seats(self, account: str, user_ids: Sequence[str]) -> Sequence[KnownSeat]:
        """Those of the account's Seats that have these User IDs, at most 1,000."""

    def decide(self, account: str, job_id: UUID, verdict: Verdict) -> Decision:
        """Store the verdict on a job's file; the one that counts is the first that was stored.

        "cancelled" counts before all others, whenever it came: nothing of the job is to be told any more.
        """


class HttpDirectory:
    """The provisioner over HTTP. A refusal is raised as `Retry`: it is some fault of ours, and hardly of this file."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client
        self._principal = service_principal("validator")

    def conflicts(self, account: str, job_id: UUID, values: Mapping[str, Sequence[str]]) -> Sequence[Conflict]:
        """See `Directory.conflicts`. Raises `Retry` or `ServiceUnavailable`."""
        asked = {"job_id": str(job_id)} | {column: list(found) for column, found in values.items()}
        answer = self._call("POST", "/conflicts", account, asked)
        return [
            Conflict(column=found["column"], value=found["value"], user_id=found["user_id"])
            for found in answer["conflicts"]
        ]

    def seats(self, account: str, user_ids: Sequence[str]) -> Sequence[KnownSeat]:
        """See `Directory.seats`. Raises `Retry` or `ServiceUnavailable`."""
        answer = self._call("POST", "/seats/lookup", account, {"user_ids": list(user_ids)})
        return list(map(_known, answer["seats"]))

    def decide(self, account: str, job_id: UUID, verdict: Verdict) -> Decision:
        """See `Directory.decide`. Raises `Retry` or `ServiceUnavailable`."""
        answer = self._call("PUT", f"/verdicts/{job_id}", account, {"verdict": verdict})
        match answer["verdict"]:
            case "accepted":
                return "accepted"
            case "rejected":
                return "rejected"
            case "cancelled":
                return "cancelled"
            case other:
                raise Retry(f"provisioner: the verdict on {job_id} is {other!r}, which is not known here")

    def _call(self, method: str, path: str, account: str, body: Mapping[str, object]) -> dict[str, Any]:
        try:
            return self._client.json(method, path, principal=self._principal(account), body=body)
        except RemoteRefusal as refusal:
            raise Retry(f"provisioner: {method} {path}: {refusal}") from refusal


_FIELDS: Final = ("firstname", "lastname", "email", "extension", "phone_number", "device_mac")


def _known(told: Mapping[str, Any]) -> KnownSeat:
    fields = {name: told[name] for name in _FIELDS if told[name] is not None}
    return KnownSeat(user_id=told["user_id"], values=fields | told["attributes"], sealed=frozenset(told["sealed"]))
