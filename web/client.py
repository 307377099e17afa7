"""How one service calls another: JSON both ways, or bytes streamed in either direction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from web.access import AccessKey, Principal

#: Parameters of an address; a list is sent as that many.
Query = Mapping[str, str | list[str]]

#: Bytes of one block when an answer is streamed.
BLOCK = 65_536


class ServiceUnavailable(Exception):
    """The service can't be reached, or says itself that it is not able to answer now (502, 503, 504)."""


class RemoteRefusal(Exception):
    """The service refused the call. ``problem`` is its RFC 9457 object (empty where it sent none)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail', '')}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code of the problem, or the empty string."""
        return str(self.problem.get("code", ""))


class BrokenAnswer(ServiceUnavailable):
    """An answer that was being streamed broke off before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer whose body is still to be read, once, by `blocks`."""

    status: int
    headers: Mapping[str, str]
    _response: urllib3.BaseHTTPResponse = field(repr=False)

    def blocks(self) -> Iterator[bytes]:
        """The body in blocks. Raises `BrokenAnswer` where it ends too early."""
        try:
            yield from self._response.stream(BLOCK, decode_content=False)
        except (HTTPError, OSError) as error:
            raise BrokenAnswer(str(error)) from error
        finally:
            self.close()

    def read(self) -> bytes:
        """The whole body: for answers that are known to be small."""
        return b"".join(self.blocks())

    def close(self) -> None:
        """Let the connection go. It is used again only when the body was read to its end."""
        self._response.close()


class ServiceClient:
    """Calls one service at ``base_url``. May be shared by threads. Times are in seconds."""

    def __init__(self, base_url: str, key: AccessKey, *, connect: float = 5.0, read: float = 60.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._pool = urllib3.PoolManager(
            maxsize=32, block=False, retries=False, timeout=urllib3.Timeout(connect=connect, read=read)
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        principal: Principal,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
    ) -> Answer:
        """One call; the answer comes as soon as its headers are in, whatever its status. Raises `ServiceUnavailable`.

        A ``body`` of blocks is sent as it is made: with the `Content-Length` of ``headers``, chunked without.
        An exception of the blocks comes through, and breaks the call.
        """
        sent = {"Authorization": f"Bearer {self._key.sign(principal)}"} | dict(headers or {})
        url = self._base_url + path
        if query:
            url += "?" + urlencode(query, doseq=True)
        try:
            response = self._pool.urlopen(method, url, body=body, headers=sent, preload_content=False, redirect=False)
        except HTTPError as error:
            raise ServiceUnavailable(f"{method} {url}: {error}") from error
        return Answer(status=response.status, headers=dict(response.headers), _response=response)

    def json(
        self,
        method: str,
        path: str,
        *,
        principal: Principal,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One call with JSON both ways. Raises `RemoteRefusal` or `ServiceUnavailable`."""
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        data = orjson.dumps(body) if body is not None else None
        answer = self._sent(method, path, principal=principal, query=query, headers=sent, body=data)
        text = answer.read()
        result: dict[str, Any] = orjson.loads(text) if text else {}
        return result

    def stream(self, path: str, *, principal: Principal, query: Query | None = None) -> Iterator[bytes]:
        """GET, and the body in blocks. The call is made at once. Raises `RemoteRefusal` or `ServiceUnavailable`."""
        return self._sent("GET", path, principal=principal, query=query).blocks()

    def _sent(
        self,
        method: str,
        path: str,
        *,
        principal: Principal,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        answer = self.send(method, path, principal=principal, query=query, headers=headers, body=body)
        if answer.status in (502, 503, 504):
            answer.close()
            raise ServiceUnavailable(f"{method} {self._base_url}{path} answered {answer.status}")
        if answer.status >= 400:
            raise RemoteRefusal(answer.status, _problem(answer.read()))
        return answer


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}
