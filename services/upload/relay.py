"""From the outbox to the broker: published with confirms, then removed, in this order.

A crash between the two publishes a message again, with the same id. Several relays may run: each message is one's only
while it is claimed, and a job's messages go out one after the other.
"""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Final, Protocol

import psycopg
from psycopg import sql as identifiers

from database.connection import UNAVAILABLE, Database
from messaging.backoff import Backoff
from messaging.bus import Bus
from messaging.errors import PublishFailed, Unroutable
from services.upload import metrics, outbox
from telemetry import failpoints
from telemetry.logs import log_context

log = logging.getLogger(__name__)

#: Messages claimed in one transaction, and the seconds after which the rest of them is left for the next one: a
#: transaction that idles for a minute would be ended by the database.
BATCH: Final = 20
BATCH_SECONDS: Final = 20.0

#: Seconds after which the relay looks by itself, woken or not.
POLL: Final = 1.0


class Bell(Protocol):
    """Tells that there may be something new."""

    def wait(self, seconds: float) -> None:
        """Return when rung, or after so many seconds. Raises one of `UNAVAILABLE` while the database is away."""

    def close(self) -> None:
        """Let go of what it holds; the next `wait` takes it again."""


class NotifyBell:
    """Rung by PostgreSQL's NOTIFY, heard on a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def wait(self, seconds: float) -> None:
        try:
            for _ in self._listening().notifies(timeout=seconds, stop_after=1):
                pass
        except psycopg.OperationalError:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _listening(self) -> "psycopg.Connection[tuple[object, ...]]":
        if self._connection is None:
            connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5, application_name="upload-relay")
            connection.execute(identifiers.SQL("LISTEN {}").format(identifiers.Identifier(outbox.CHANNEL)))
            self._connection = connection
        return self._connection


class Relay:
    """Publishes what is due, for as long as `run` runs."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        bell: Bell,
        backoff: Backoff | None = None,
        batch_seconds: float = BATCH_SECONDS,
    ) -> None:
        self._database = database
        self._bus = bus
        self._bell = bell
        self._backoff = backoff or Backoff(first=0.5, longest=15.0)
        self._batch_seconds = batch_seconds

    def run(self, stop: threading.Event) -> None:
        """Relay until ``stop``; while the broker or the database is away, with growing pauses."""
        pauses = self._backoff.pauses()
        try:
            while not stop.is_set():
                if self._round(stop):
                    pauses = self._backoff.pauses()
                else:
                    stop.wait(next(pauses))
        finally:
            self._bell.close()

    def relay_batch(self) -> int:
        """Publish the next messages and tell how many. Raises `PublishFailed` when some of them must wait."""
        with self._database.transaction() as connection:
            due = outbox.claim(connection, limit=BATCH)
            confirmed, failure = self._publish(due)
            outbox.remove(connection, confirmed)
        metrics.RELAYED.inc(len(confirmed))
        if failure is not None:
            raise failure
        return len(confirmed)

    def _round(self, stop: threading.Event) -> bool:
        """Publish what is due and wait for more; False where the broker or the database is away."""
        try:
            drained = self._drain(stop)
            self._measure()
            if drained:
                self._bell.wait(POLL)
        except UNAVAILABLE as error:
            log.warning("the outbox waits for the database: %s", error)
            return False
        return drained

    def _drain(self, stop: threading.Event) -> bool:
        try:
            while self.relay_batch() and not stop.is_set():
                pass
        except PublishFailed as error:
            log.warning("the outbox waits for the broker: %s", error)
            return False
        return True

    def _publish(self, due: Sequence[outbox.Due]) -> tuple[list[int], PublishFailed | None]:
        """The ids of those confirmed, and why the others are not."""
        confirmed: list[int] = []
        failure: PublishFailed | None = None
        until = time.monotonic() + self._batch_seconds
        for item in due:
            with log_context(job=item.message.correlation_id, message=item.message.message_id):
                try:
                    self._bus.publish(item.message)
                except Unroutable as error:  # its own queue is missing: the others need not wait for that
                    failure = error
                except PublishFailed as error:
                    return confirmed, error
                else:
                    confirmed.append(item.id)
                    failpoints.hit("upload.relay.after-publish")
                    log.info("published %s", item.message.type)
            if time.monotonic() > until:
                break
        return confirmed, failure

    def _measure(self) -> None:
        with self._database.transaction() as connection:
            waiting = outbox.backlog(connection)
        metrics.OUTBOX_WAITING.set(waiting.waiting)
        metrics.OUTBOX_OLDEST.set(waiting.oldest_seconds)
