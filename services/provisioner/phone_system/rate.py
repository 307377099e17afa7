"""The calls that all provisioners together may make: one bucket in their database, for each phone system."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from database.connection import Database, DictConnection
from services.provisioner.phone_system.bucket import Allowance, Bucket, Held
from services.provisioner.waiting import limit_waiting, plain_errors

#: Seconds after which a provisioner without a limit looks again whether another was told to pause.
LOOK: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """So many ``calls`` may be made; where there are none, ask again in ``wait`` seconds."""

    calls: int
    wait: float = 0.0


class Rate(Protocol):
    """Says how many calls may be made, and when none. Safe for threads."""

    def exchange(self, holder: str, *, wanted: int, used: int, unused: int) -> Permits:
        """Give back permits, ``used`` ones whose calls were answered and ``unused`` ones, and ask for others."""

    def hold(self, seconds: float) -> None:
        """From now on no call of this process, at once."""

    def is_held(self) -> bool:
        """Whether this process must not call now."""

    def pause(self, seconds: float, *, emptied: bool) -> None:
        """From now on no call of any process; ``emptied`` if there were too many calls."""


class SharedRate:
    """A `Rate` in the database, by whose clock time is told.

    ``name`` says which phone system; without ``allowance`` there are only pauses. A call has to be answered or given up
    ``lease`` seconds after its permit was given.
    """

    def __init__(
        self,
        database: Database,
        queries: Mapping[str, bytes],
        *,
        name: str,
        allowance: Allowance | None,
        lease: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._queries = queries
        self._name = name
        self._allowance = allowance
        self._lease = lease
        self._clock = clock
        self._held_until = 0.0
        self._look_at = 0.0

    def exchange(self, holder: str, *, wanted: int, used: int, unused: int) -> Permits:
        """See `Rate.exchange`."""
        if self._allowance is None:
            return self._unlimited(wanted)
        with plain_errors(), self._database.transaction() as connection:
            bucket, now = self._locked(connection)
            bucket = bucket.settled(self._allowance, now).given_back(holder, used=used, unused=unused)
            grant = bucket.taken(holder, wanted, self._allowance, now=now, until=now + self._lease)
            self._store(connection, grant.bucket)
        if now < grant.bucket.paused_until:
            self.hold(grant.bucket.paused_until - now)
        return Permits(calls=grant.calls, wait=grant.wait)

    def hold(self, seconds: float) -> None:
        """See `Rate.hold`."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    def is_held(self) -> bool:
        """See `Rate.is_held`."""
        return self._clock() < self._held_until

    def pause(self, seconds: float, *, emptied: bool) -> None:
        """See `Rate.pause`."""
        self.hold(seconds)
        with plain_errors(), self._database.transaction() as connection:
            bucket, now = self._locked(connection)
            if self._allowance is not None:
                bucket = bucket.settled(self._allowance, now)
            self._store(connection, bucket.paused(now + seconds, emptied=emptied, allowance=self._allowance))

    def _unlimited(self, wanted: int) -> Permits:
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK
            with plain_errors(), self._database.transaction() as connection:
                limit_waiting(connection, self._queries)
                row = connection.execute(self._queries["phone_system_pause"], {"name": self._name}).fetchone()
            if row is not None and row["seconds"] > 0:
                self.hold(row["seconds"])
        wait = self._held_until - self._clock()
        return Permits(calls=0, wait=wait) if wait > 0 else Permits(calls=wanted)

    def _locked(self, connection: DictConnection) -> tuple[Bucket, float]:
        """The bucket, which no other process can change until the transaction ends; and the time after that."""
        limit_waiting(connection, self._queries)
        row = connection.execute(self._queries["lock_phone_system"], {"name": self._name}).fetchone()
        if row is None:
            connection.execute(self._queries["add_phone_system"], {"name": self._name})
            row = connection.execute(self._queries["lock_phone_system"], {"name": self._name}).fetchone()
        clock = connection.execute(self._queries["clock"]).fetchone()
        if row is None or clock is None:
            raise LookupError(f"the phone system {self._name} was removed while it was read")
        return _bucket(row), clock["now"]

    def _store(self, connection: DictConnection, bucket: Bucket) -> None:
        held = {holder: [held.calls, held.until] for holder, held in bucket.held.items()}
        connection.execute(
            self._queries["store_phone_system"],
            {
                "name": self._name,
                "level": bucket.level,
                "counted_at": bucket.at,
                "paused_until": bucket.paused_until,
                "held": orjson.dumps(held).decode(),
            },
        )


def _bucket(row: Mapping[str, Any]) -> Bucket:
    return Bucket(
        level=row["level"],
        at=row["counted_at"],
        paused_until=row["paused_until"],
        held={holder: Held(int(calls), float(until)) for holder, (calls, until) in row["held"].items()},
    )
