"""The public API as a client program sees it."""

import csv
import io
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import urllib3

from tests.stack import Stack

END_STATES = {"checked", "completed", "completed_with_errors", "rejected", "failed", "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        loaded: dict[str, Any] = orjson.loads(self.body)
        return loaded


class Api:
    """Signs in with a token and calls `/api/v1`."""

    def __init__(self, stack: Stack) -> None:
        self._base = f"{stack.url}/api/v1"
        self._http = urllib3.PoolManager(retries=False, timeout=30)
        self._token = ""
        answer = self.call("POST", "/tokens", json={"username": stack.user, "password": stack.password})
        assert answer.status == 201, answer.body
        self._token = answer.json["token"]

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if self._token:
            sent.setdefault("Authorization", f"Bearer {self._token}")
        if json is not None:
            body, sent["Content-Type"] = orjson.dumps(json), "application/json"
        response = self._http.request(method, self._base + path, body=body, headers=sent, redirect=False)
        return Answer(status=response.status, headers=response.headers, body=response.data)

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def upload(self, content: bytes, filename: str = "seats.csv") -> str:
        answer = self.call("POST", f"/uploads?filename={filename}", body=content, headers={"Content-Type": "text/csv"})
        assert answer.status == 201, answer.body
        return str(answer.json["upload_id"])

    def create(self, upload_id: str, key: str | None = None) -> Answer:
        return self.call(
            "POST", "/jobs", json={"upload_id": upload_id}, headers={"Idempotency-Key": key or uuid4().hex}
        )

    def run(self, content: bytes, filename: str = "seats.csv") -> dict[str, Any]:
        """Upload, Create, wait for the end: the job as it then is."""
        answer = self.create(self.upload(content, filename))
        assert answer.status == 202, answer.body
        return self.wait(answer.json["job_id"])

    def wait(self, job_id: str, seconds: float = 60) -> dict[str, Any]:
        """The job once it has ended."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.get(f"/jobs/{job_id}")
            if answer.status == 200 and answer.json["state"] in END_STATES:
                return answer.json
            assert time.monotonic() < deadline, f"the job has not ended: {answer.body!r}"
            time.sleep(0.05)

    def summary(self, job_id: str) -> list[dict[str, str]]:
        answer = self.get(f"/jobs/{job_id}/summary.csv")
        assert answer.status == 200, answer.body
        return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))

    def problems(self, job_id: str) -> list[dict[str, Any]]:
        problems: list[dict[str, Any]] = self.get(f"/jobs/{job_id}/problems").json["problems"]
        return problems
