"""Bulk Manager as a client program sees it: its public HTTP API, nothing else."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import orjson
import urllib3

from bench.errors import BenchFailed

_END_STATES = frozenset({"completed", "completed_with_errors", "rejected", "failed", "cancelled"})
_BLOCK = 1 << 16
_SOONEST, _LATEST = 0.02, 0.25  # seconds between two looks at a job


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A job that has ended: ``seconds`` from before `POST /jobs` was sent until its end was seen."""

    job_id: str
    seconds: float
    job: Mapping[str, Any]


@dataclass(slots=True)
class Api:
    """A signed-in client. Used from one thread."""

    url: str
    user: str
    password: str = field(repr=False)
    _http: urllib3.PoolManager = field(init=False)
    _token: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=10, read=300))

    def sign_in(self) -> None:
        body = orjson.dumps({"username": self.user, "password": self.password})
        self._token = self._json("POST", "/tokens", body=body, kind="application/json")["token"]

    def upload(self, path: Path) -> str:
        """Send a file; its upload_id."""
        with path.open("rb") as file:
            size = {"Content-Length": str(path.stat().st_size)}
            told = self._json("POST", f"/uploads?filename={path.name}", body=file, kind="text/csv", headers=size)
        return str(told["upload_id"])

    def create(self, upload_id: str) -> str:
        """Have the Seats of an upload created; the job_id."""
        body, key = orjson.dumps({"upload_id": upload_id}), {"Idempotency-Key": uuid4().hex}
        return str(self._json("POST", "/jobs", body=body, kind="application/json", headers=key)["job_id"])

    def run(self, upload_id: str, rows: int, *, patience: float) -> Ended:
        """Create, and wait for the end of a job of about so many rows."""
        began = time.perf_counter()
        job_id = self.create(upload_id)
        job = self.wait(job_id, rows, patience=patience)
        return Ended(job_id=job_id, seconds=time.perf_counter() - began, job=job)

    def wait(self, job_id: str, rows: int, *, patience: float) -> dict[str, Any]:
        """The job once it has ended. It is looked at often enough to be exact to a few per cent, and not oftener."""
        pause, deadline = threading.Event(), time.monotonic() + patience
        while True:
            job = self.job(job_id)
            if job["state"] in _END_STATES:
                return job
            if time.monotonic() > deadline:
                raise BenchFailed(f"A job of {rows} rows has not ended within {patience:.0f} s; it is {job['state']}.")
            pause.wait(min(max(rows / 200_000, _SOONEST), _LATEST))

    def job(self, job_id: str) -> dict[str, Any]:
        told: dict[str, Any] = self._json("GET", f"/jobs/{job_id}")
        return told

    def has_ended(self, job_id: str) -> bool:
        return self.job(job_id)["state"] in _END_STATES

    def cancel(self, job_id: str) -> None:
        self._json("POST", f"/jobs/{job_id}/cancel")

    def events(self, job_id: str) -> list[tuple[str, datetime]]:
        """The timeline: types and when they happened."""
        told: Sequence[Mapping[str, str]] = self._json("GET", f"/jobs/{job_id}/events")["events"]
        return [(one["type"], datetime.fromisoformat(one["occurred_at"])) for one in told]

    def read_summary(self, job_id: str) -> int:
        """Read the whole summary; its bytes."""
        answer = self._request("GET", f"/jobs/{job_id}/summary.csv", stream=True)
        size = sum(len(block) for block in answer.stream(_BLOCK))
        answer.release_conn()
        return size

    def _json(
        self,
        method: str,
        path: str,
        *,
        body: bytes | IO[bytes] | None = None,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        sent = {**(headers or {}), **({"Content-Type": kind} if kind else {})}
        return orjson.loads(self._request(method, path, body=body, headers=sent).data)

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        sent = {**(headers or {}), **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        url = f"{self.url}/api/v1{path}"
        answer = self._http.request(method, url, body=body, headers=sent, redirect=False, preload_content=not stream)
        if answer.status >= 300:
            raise BenchFailed(f"{method} {path} was answered {answer.status}: {answer.data[:500]!r}")
        return answer
