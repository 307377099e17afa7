"""One connection to the broker with its one channel, opened again whenever it is lost."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TypeVar

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ChannelClosedByBroker

from messaging import metrics
from messaging.backoff import Backoff
from messaging.rabbitmq.errand import Errand, Errands
from messaging.rabbitmq.refusal import refusal

log = logging.getLogger(__name__)

R = TypeVar("R")

_TICK = 0.5  # seconds within which a channel that died in silence is noticed
_LEAVE = 15.0  # seconds for closing in good order; connecting, which is finished first, may take 10 of them

STUCK_AFTER = 30.0  # seconds

# While the broker owes an answer the loop waits for it: heartbeats tell after 26 s at most that there is no broker any
# more, and one that takes no messages, for its memory or disk is short, is given up after 60 s too.
_WAITS_FOR_THE_BROKER = 3

_LOST = (AMQPError, AMQPConnectorException, OSError)


class LinkDown(Exception):
    """The broker can't be reached, or has not answered in time."""


class ChannelLost(AMQPError):
    """The broker has closed the channel, or cancelled its reader, and left the connection open."""


class Link:
    """Owns a connection and runs it in a thread of its own, so that heartbeats go on whatever other threads do.

    Nobody else touches the connection: `ask` and `tell` have things done by the thread. `prepare` makes a new channel
    ready for use; `is_sound` says whether it still is (pika does not tell when the broker closes a channel alone).
    `stuck_after`: seconds in which the thread's loop turns once at least; three times that while the broker owes it an
    answer.
    """

    def __init__(
        self,
        name: str,
        parameters: Sequence[pika.URLParameters],
        *,
        prepare: Callable[[BlockingChannel], None],
        is_sound: Callable[[BlockingChannel], bool],
        backoff: Backoff,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        self._name = name
        self._parameters = parameters
        self._prepare = prepare
        self._is_sound = is_sound
        self._backoff = backoff
        self._stuck_after = stuck_after
        self._turns_before = 0.0
        self._errands = Errands()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._channel: BlockingChannel | None = None
        self._error: Exception | None = None
        self._told = ""
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection and a sound channel on it."""
        channel = self._channel
        return channel is not None and self._is_sound(channel)

    @property
    def is_alive(self) -> bool:
        """Whether the loop turns, or need not: it was not started, or it is being closed."""
        if self._thread is None or self._closing.is_set():
            return True
        return self._thread.is_alive() and monotonic() < self._turns_before

    def holds(self, channel: BlockingChannel) -> bool:
        """Whether `channel` is the present one: what an older one delivered is back in its queue."""
        return self._channel is channel and channel.is_open

    def check(self) -> None:
        """Raise `BrokerRefused` while the broker refuses what the link needs, and the error that ended its thread."""
        if self._error is not None:
            raise self._error

    def start(self) -> None:
        """Begin to connect; harmless when done before."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._turn()
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def ask(self, work: Callable[[BlockingChannel], R], *, seconds: float) -> R:
        """The result of `work`, done as soon as there is a channel, and again if the connection is lost meanwhile.

        Raises `LinkDown` when that takes too long: it may have been done all the same. Errors of messaging.errors that
        `work` raises are raised here.
        """
        self.start()
        errand = Errand(work)
        self._add(errand)
        try:
            return errand.result(seconds)
        except TimeoutError:
            self.check()
            raise LinkDown(f"the broker did not answer within {seconds:g} s") from None

    def tell(self, work: Callable[[BlockingChannel], object]) -> None:
        """As `ask`, without waiting for it."""
        self._add(Errand(work))

    def close(self) -> None:
        """Do what was asked before, if there is a channel; then let go of the connection."""
        self._closing.set()
        self._wake()
        if self._thread is not None:
            self._thread.join(_LEAVE)

    def _add(self, errand: Errand[R]) -> None:
        if self._closing.is_set():
            errand.fail(LinkDown("the bus has been closed"))
        else:
            self._errands.add(errand)
            self._wake()

    def _wake(self) -> None:
        # The connection may be just dying; then the errand is for the next one.
        with self._lock, suppress(AMQPError):
            if self._channel is not None:
                self._channel.connection.add_callback_threadsafe(_nothing)

    def _run(self) -> None:
        try:
            self._keep_open()
        except Exception as error:
            log.exception("%s can't go on", self._name)
            self._error = error
        self._errands.fail(self._error or LinkDown("the bus has been closed"))

    def _keep_open(self) -> None:
        pauses = self._backoff.pauses()
        while not self._closing.is_set():
            self._turn(_WAITS_FOR_THE_BROKER)
            try:
                with self._open() as channel:
                    pauses = self._backoff.pauses()
                    self._serve(channel)
            except _LOST as error:
                self._note(error)
                self._turn()
                self._closing.wait(next(pauses))

    @contextmanager
    def _open(self) -> Iterator[BlockingChannel]:
        connection = self._connection()
        try:
            channel = connection.channel()
            self._prepare(channel)
            self._error, self._told = None, ""
            with self._lock:
                self._channel = channel
            metrics.CONNECTIONS.labels(self._name).inc()
            log.info("%s is connected to the broker", self._name)
            yield channel
        finally:
            with self._lock:
                self._channel = None
            with suppress(*_LOST):
                if connection.is_open:
                    connection.close()

    def _connection(self) -> pika.BlockingConnection:
        """To the first address that answers."""
        errors: list[Exception] = []
        for parameters in self._parameters:
            self._turn(_WAITS_FOR_THE_BROKER)
            try:
                return pika.BlockingConnection(parameters)
            except _LOST as error:
                errors.append(error)
        raise errors[-1] if errors else ValueError("the addresses of the broker must be a non-empty list")

    def _serve(self, channel: BlockingChannel) -> None:
        while True:
            self._turn(_WAITS_FOR_THE_BROKER)
            closing = self._closing.is_set()  # before the errands, of which the last acknowledgement is one
            self._errands.run(channel)
            if closing:
                return
            if not self._is_sound(channel):
                raise ChannelLost("the broker closed the channel or cancelled its reader")
            self._turn()
            channel.connection.process_data_events(time_limit=_TICK)

    def _turn(self, allowance: int = 1) -> None:
        self._turns_before = monotonic() + allowance * self._stuck_after

    def _note(self, error: Exception) -> None:
        refused = refusal(error) if isinstance(error, ChannelClosedByBroker) else None
        if refused is not None:
            self._error = refused
            self._errands.fail(refused)
        told = repr(error)
        if told != self._told:  # once, however long it lasts
            log.warning("%s has no connection to the broker: %s", self._name, told)
            self._told = told


def _nothing() -> None:
    """Called by the connection's loop, which then looks for errands."""
