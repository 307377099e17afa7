"""Where the accepted chunks of a large job wait for their turn: at upload, which keeps files durably."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from messaging.errors import Retry, Unavailable
from web.access import service_principal
from web.client import Answer, ServiceClient

_AWAY = frozenset({502, 503, 504, 507})  # 507: no room for the file, until the operator makes some


class AcceptedFiles(Protocol):
    """One file for each job of an account, for as long as the job runs."""

    def put(self, account: str, job_id: UUID, blocks: Iterable[bytes], *, size: int) -> None:
        """Keep a file of ``size`` bytes. If the job has one already that one may stay; an ended job gets none."""

    def read(self, account: str, job_id: UUID, start: int, stop: int) -> bytes | None:
        """Its bytes from ``start`` to before ``stop``, fewer where it ends; None where the job has no file."""


class UploadAccepted:
    """Accepted files that the upload service keeps. Raises `Retry`, `Unavailable` or `ServiceUnavailable`."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client
        self._principal = service_principal("validator")

    def put(self, account: str, job_id: UUID, blocks: Iterable[bytes], *, size: int) -> None:
        """See `AcceptedFiles.put`."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        path = f"/accepted/{job_id}"
        answer = self._client.send("PUT", path, principal=self._principal(account), headers=headers, body=blocks)
        body = answer.read()
        if answer.status >= 300:
            raise _error(f"PUT {path}", answer, body)

    def read(self, account: str, job_id: UUID, start: int, stop: int) -> bytes | None:
        """See `AcceptedFiles.read`."""
        path = f"/accepted/{job_id}"
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        answer = self._client.send("GET", path, principal=self._principal(account), headers=headers)
        if answer.status == 206:
            return answer.read()
        if answer.status == 200:  # the whole file, which may be large
            answer.close()
            raise Retry(f"upload: GET {path}: the part asked for was not given")
        body = answer.read()
        if answer.status == 404:
            return None
        raise _error(f"GET {path}", answer, body)


def _error(call: str, answer: Answer, body: bytes) -> Exception:
    told = f"upload: {call}: {answer.status} {body[:200].decode(errors='replace')}"
    return Unavailable(told) if answer.status in _AWAY else Retry(told)
