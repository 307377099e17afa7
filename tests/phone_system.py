"""A phone system to make Seats at, over real HTTP: as slow, as full, as limited and as broken as a test wants it.

As a program of its own, `python -m tests.phone_system SECONDS [RATE BURST]`, it prints its address and answers `GET
/stats` too.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from uuid import UUID

import orjson

TOKEN = "phone-system-token"
UNIQUE = ("email", "extension", "phone_number", "device_mac")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call is answered instead of what it asks for; ``made`` if the Seat is made all the same.

    ``how``: properly, not at all for ``seconds``, or by closing the connection.
    """

    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
    how: Literal["answer", "hang", "cut"] = "answer"
    seconds: float = 0.0
    made: bool = False


#: Is told the line and how often it was called, this time included; None: as it should be.
Mood = Callable[[int, int], Reply | None]


class Limit:
    """The phone system's own token bucket, full at first; it answers 429 to what is too much."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = time.monotonic()

    def seconds_to_wait(self, now: float) -> int:
        self._tokens = min(self._tokens + (now - self._at) * self._rate, self._burst)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(round((1 - self._tokens) / self._rate + 0.5), 1)


class PhoneSystem:
    """Its Seats and what it has seen; ``seconds`` is how long it takes for one, ``unique`` what no two may share."""

    def __init__(
        self,
        *,
        seconds: float = 0.0,
        mood: Mood = lambda *_: None,
        limit: Limit | None = None,
        unique: Sequence[str] = UNIQUE,
    ) -> None:
        self.seconds = seconds
        self.unique = unique
        self.mood = mood
        self.limit = limit
        self.seats: dict[UUID, dict[str, Any]] = {}
        self.arrivals: list[float] = []
        self.refusals: list[tuple[float, float]] = []  # when it said that there were too many calls, and until when
        self.answers: Counter[int] = Counter()
        self.calls: Counter[int] = Counter()
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.over = threading.Event()
        self._changed = threading.Condition()

    @property
    def lines(self) -> list[int]:
        """Of its Seats, in order."""
        with self._changed:
            return sorted(seat["line"] for seat in self.seats.values())

    def wait_for_calls(self, number: int, *, seconds: float = 30.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.arrivals) >= number, seconds), len(self.arrivals)

    def wait_for_seats(self, number: int, *, seconds: float = 30.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.seats) >= number, seconds), len(self.seats)

    def put(self, user_id: UUID, body: dict[str, Any]) -> Reply:
        with self._changed:
            now = time.monotonic()
            self.arrivals.append(now)
            self.calls[body["line"]] += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            mood = self.mood(body["line"], self.calls[body["line"]])
            wait = self.limit.seconds_to_wait(now) if self.limit else 0
            if wait:
                self.refusals.append((now, now + wait))
            self._changed.notify_all()
        try:
            if wait:
                return Reply(status=429, headers={"Retry-After": str(wait)})
            self.over.wait(mood.seconds if mood and mood.how == "hang" else self.seconds)
            made = self._made(user_id, body) if mood is None or mood.made else None
            return mood or made or Reply(status=500)
        finally:
            with self._changed:
                self.at_once -= 1

    def _made(self, user_id: UUID, body: dict[str, Any]) -> Reply:
        with self._changed:
            self._changed.notify_all()
            if user_id in self.seats:
                return Reply(status=200)
            for column in self.unique:
                value = body["seat"].get(column)
                if value and any(seat["seat"].get(column) == value for seat in self.seats.values()):
                    return Reply(status=409, body={"code": f"{column}_taken"})
            self.seats[user_id] = body
            return Reply(status=201, body={"user_id": str(user_id)})

    def connected(self) -> None:
        with self._changed:
            self.connections += 1

    def answered(self, status: int) -> None:
        with self._changed:
            self.answers[status] += 1

    def stats(self) -> dict[str, Any]:
        with self._changed:
            return {
                "seats": len(self.seats),
                "arrivals": self.arrivals,
                "refusals": self.refusals,
                "answers": {str(status): count for status, count in self.answers.items()},
                "most_at_once": self.most_at_once,
            }


def most_in_a_window(arrivals: Sequence[float], *, rate: float) -> float:
    """How full a bucket that leaks ``rate`` calls a second would have got: what a burst must allow."""
    level = highest = 0.0
    before = min(arrivals, default=0.0)
    for at in sorted(arrivals):
        level = max(level - rate * (at - before), 0.0) + 1
        highest, before = max(highest, level), at
    return highest


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, system: PhoneSystem) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.system = system

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that was killed in the middle is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.system.connected()

    def do_PUT(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(Reply(status=401))
            return
        reply = self.server.system.put(UUID(self.path.rpartition("/")[2]), body)
        if reply.how == "answer":
            self._answer(reply)
        else:
            self.close_connection = True

    def do_GET(self) -> None:
        self._answer(Reply(status=200, body=self.server.system.stats()))

    def _answer(self, reply: Reply) -> None:
        self.server.system.answered(reply.status)
        content = orjson.dumps(reply.body)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:  # whoever asked is gone
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def serving(system: PhoneSystem) -> Iterator[str]:
    """The address at which it answers, until the block ends."""
    with _Server(system) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            system.over.set()
            server.shutdown()
            thread.join()


def main(arguments: list[str]) -> None:
    seconds, *limit = (float(argument) for argument in arguments)
    system = PhoneSystem(seconds=seconds, limit=Limit(limit[0], int(limit[1])) if limit else None)
    with serving(system) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
