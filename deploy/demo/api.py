"""The few calls of the public API that the main job needs; a model for programs of one's own."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

_ENDED = frozenset({"completed", "completed_with_errors", "rejected", "failed", "cancelled"})
_CHUNK = 65536


class Refused(Exception):
    """The API refused a call, or can't be reached; the message is fit for the person at the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is now. The numbers are rows; 0 until they are known."""

    job_id: str
    state: str
    rows: int
    processed: int
    created: int
    failed: int
    not_processed: int
    problems: int
    message: str

    @property
    def ended(self) -> bool:
        return self.state in _ENDED


_NUMBERS = ("rows", "processed", "created", "failed", "not_processed", "problems")


@dataclass(slots=True)
class Api:
    """A signed-in program."""

    url: str
    _http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager, init=False)
    _token: str = field(default="", init=False, repr=False)

    def sign_in(self, username: str, password: str) -> None:
        answer = self._json("POST", "/tokens", json={"username": username, "password": password})
        self._token = answer["token"]

    def upload(self, file: Path) -> str:
        """Send the file as it lies on disk, without reading it into memory; the upload's id."""
        size = {"Content-Type": "text/csv", "Content-Length": str(file.stat().st_size)}
        with file.open("rb") as body:
            answer = self._json("POST", "/uploads", fields={"filename": file.name}, body=body, headers=size)
        return str(answer["upload_id"])

    def create(self, upload_id: str) -> str:
        """Ask for the Seats; the job's id. The key makes a repeated request the same job."""
        key = {"Idempotency-Key": secrets.token_hex(16)}
        return str(self._json("POST", "/jobs", json={"upload_id": upload_id}, headers=key)["job_id"])

    def job(self, job_id: str) -> Job:
        answer = self._json("GET", f"/jobs/{job_id}")
        numbers = {name: answer.get(name) or 0 for name in _NUMBERS}
        return Job(job_id=job_id, state=answer["state"], message=answer.get("message") or "", **numbers)

    def problems(self, job_id: str) -> list[dict[str, Any]]:
        """The first problems of a rejected file: line, column, code, message, value."""
        return list(self._json("GET", f"/jobs/{job_id}/problems")["problems"])

    def save_summary(self, job_id: str, file: Path) -> None:
        """Write the summary to a file as it arrives."""
        answer = self._send("GET", f"/jobs/{job_id}/summary.csv", preload_content=False)
        try:
            with file.open("wb") as out:
                for part in answer.stream(_CHUNK):
                    out.write(part)
        finally:
            answer.release_conn()

    def close(self) -> None:
        self._http.clear()

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self._send(method, path, **request).data)
        return body

    def _send(self, method: str, path: str, **request: Any) -> urllib3.BaseHTTPResponse:
        headers = request.pop("headers", {})
        if self._token:
            headers = {**headers, "Authorization": f"Bearer {self._token}"}
        url = f"{self.url}/api/v1{path}"
        if "body" in request:  # the query of a request that has a body goes into the address
            url += f"?filename={request.pop('fields')['filename']}"
        try:
            answer = self._http.request(method, url, headers=headers, timeout=60, retries=False, **request)
        except urllib3.exceptions.HTTPError as error:
            raise Refused(f"{self.url} can't be reached: {error}") from error
        if answer.status >= 400:
            raise Refused(f"{method} {path} was refused ({answer.status}): {_detail(answer.data)}")
        return answer


def _detail(body: bytes) -> str:
    """The sentence of an RFC 9457 problem, or the body as it is."""
    try:
        problem = json.loads(body)
    except ValueError:
        return body[:200].decode("utf-8", "replace")
    return str(problem.get("detail") or problem.get("title") or problem)
