"""A sender as it should be: asks again with the same key until the job is promised, whatever goes wrong meanwhile."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pika
import urllib3
from pika.exceptions import AMQPError

from tests.faults.jobs import ACCOUNT, Job
from tests.faults.system import System

PATIENCE = 90.0  # seconds
_PAUSE = 0.2
_AGAIN = frozenset({401, 408, 429, 500, 502, 503, 504, 507})
REQUESTED = "job.requested.v1"


class NotTaken(Exception):
    """A request was refused for good, or not answered for too long."""


class Sender:
    """Speaks to the gateway and, for jobs over RabbitMQ, to the broker through its proxy. For one thread each."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(10.0), maxsize=4)
        self._token = ""
        self._pause = threading.Event()

    def close(self) -> None:
        self._http.clear()

    def send(self, job: Job) -> None:
        """Return when the job is promised."""
        if job.of is not None:
            self._undo(job)
        elif job.way == "api":
            self._send_file(job)
        else:
            self._publish(job)

    def cancel(self, job: Job) -> int:
        """The status of the answer: 202, or 409 where the job has ended."""
        path = f"/jobs/{job.job_id}/cancel"
        return self._until(lambda: self._call("POST", path), lambda status: status in (202, 409))[0]

    def get(self, path: str) -> bytes:
        """The body of a 200."""
        return self._until(lambda: self._call("GET", path), lambda status: status == 200)[1]

    def get_if_any(self, path: str) -> bytes | None:
        """The body of a 200, or None after a 409: there is nothing to get."""
        status, body = self._until(lambda: self._call("GET", path), lambda status: status in (200, 409))
        return body if status == 200 else None

    def look(self, path: str) -> tuple[int, bytes]:
        """One look, whatever comes of it; status 0 where nothing answers."""
        try:
            return self._call("GET", path)
        except urllib3.exceptions.HTTPError:
            return 0, b""

    def _send_file(self, job: Job) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            path = f"/uploads?filename={job.filename}"
            body = self._until(
                lambda path=path: self._call("POST", path, job.csv(), {"Content-Type": "text/csv"}),  # type: ignore[misc]
                lambda status: status == 201,
            )[1]
            order = json.dumps({"upload_id": json.loads(body)["upload_id"], "kind": job.does}).encode()
            headers = {"Content-Type": "application/json", "Idempotency-Key": job.key}
            status, body = self._until(
                lambda order=order, headers=headers: self._call("POST", "/jobs", order, headers),  # type: ignore[misc]
                lambda status: status in (202, 404),
            )
            if status == 202:
                assert json.loads(body)["job_id"] == str(job.job_id), body
                return
        raise NotTaken(f"{job.key}: every upload was gone when its job was asked for")

    def _undo(self, job: Job) -> None:
        headers = {"Idempotency-Key": job.key}
        body = self._until(
            lambda: self._call("POST", f"/jobs/{job.of}/undo", headers=headers), lambda status: status == 202
        )[1]
        assert json.loads(body)["job_id"] == str(job.job_id), body

    def _until(self, ask: Callable[[], tuple[int, bytes]], good: Callable[[int], bool]) -> tuple[int, bytes]:
        deadline = time.monotonic() + PATIENCE
        told: object = "nothing"
        while time.monotonic() < deadline:
            try:
                status, body = ask()
            except urllib3.exceptions.HTTPError as error:
                told = error
            else:
                if good(status):
                    return status, body
                told = (status, body[:300])
                if status == 401:
                    self._token = ""
                elif status not in _AGAIN and status != 404:
                    raise NotTaken(f"refused: {told}")
            self._pause.wait(_PAUSE)
        raise NotTaken(f"no good answer within {PATIENCE:.0f} s, the last: {told}")

    def _call(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        if not self._token:
            self._token = self._sign_in()
        sent = {**(headers or {}), "Authorization": f"Bearer {self._token}"}
        response = self._http.request(method, f"{self._system.url}/api/v1{path}", body=body, headers=sent)
        return response.status, response.data

    def _sign_in(self) -> str:
        who = {"username": "admin", "password": self._system.keys.admin}
        response = self._http.request("POST", f"{self._system.url}/api/v1/tokens", json=who)
        if response.status != 201:
            raise urllib3.exceptions.HTTPError(f"signing in: {response.status}")
        token: dict[str, Any] = response.json()
        return str(token["token"])

    def _publish(self, job: Job) -> None:
        body = {
            "account": ACCOUNT,
            "requested_by": "hr-system",
            "idempotency_key": job.key,
            "filename": job.filename,
            "csv": job.csv().decode(),
            "kind": job.does,
        }
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._put(json.dumps(body).encode(), job.key)
            except (AMQPError, OSError) as error:
                if time.monotonic() > deadline:
                    raise NotTaken(f"the broker took nothing for {PATIENCE:.0f} s: {error!r}") from error
                self._pause.wait(_PAUSE)

    def _put(self, body: bytes, key: str) -> None:
        port = self._system.proxies["broker"].port
        parameters = pika.URLParameters(self._system.rabbit.url())
        parameters.port = port
        parameters.socket_timeout = parameters.stack_timeout = 5.0
        parameters.blocked_connection_timeout = parameters.heartbeat = 10
        connection = pika.BlockingConnection(parameters)
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            properties = pika.BasicProperties(
                type=REQUESTED, message_id=key, app_id="hr", content_type="application/json", delivery_mode=2
            )
            channel.basic_publish("bulk", REQUESTED, body, properties, mandatory=True)
        finally:
            if connection.is_open:
                connection.close()
