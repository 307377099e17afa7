"""The provisioner, as the validator asks it: which values Seats have already, and which verdict counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
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


class Directory(Protocol):
    """What the validator needs of the place where Seats are made."""

    def conflicts(self, account: str, job_id: UUID, values: Mapping[str, Sequence[str]]) -> Sequence[Conflict]:
        """Which of the values, at most 1,000 a column, Seats have already that were not made by this job."""

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
