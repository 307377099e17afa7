"""The one loop in which every worker handles its messages."""

import logging
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Generic, Protocol, TypeVar

from messaging import headers, metrics
from messaging.bus import Bus
from messaging.errors import Reject, Retry, Unavailable, Unroutable
from messaging.message import Delivery, Message
from telemetry import failpoints
from telemetry.logs import log_context

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
_PAUSES = (1, 5, 30)  # seconds after the first counted failure, the second, and all later ones
_WAITS = (1, 5)  # seconds, the same, while something is away

T = TypeVar("T")


class Codec(Protocol[T]):
    """Between what services talk about and what travels."""

    def decode(self, message: Message) -> T:
        """What the message says; raises `Reject` if it is malformed."""

    def encode(self, value: T) -> Message:
        """The message that says this."""


def nobody(message: Message, reason: str) -> Iterable[T]:
    """For consumers whose dead letters nobody needs to hear of."""
    del message, reason
    return ()


class Consumer(Generic[T]):
    """Decodes each message of `queue`, hands it to `handler` and publishes what that returns or yields, as it comes.

    Only when all of it is confirmed is the message acknowledged; so a message may be handled twice, and `handler` must
    then give the same results. It raises `Retry`, `Unavailable` or `Reject` (see messaging.errors); errors of the types
    in `unavailable` are taken for `Unavailable`. Any other error ends `run`. When a message becomes a dead letter,
    `on_dead_letter(message, reason)` says what to publish about it first.
    """

    def __init__(
        self,
        bus: Bus,
        *,
        queue: str,
        codec: Codec[T],
        handler: Callable[[T], Iterable[T]],
        unavailable: tuple[type[Exception], ...] = (),
        on_dead_letter: Callable[[Message, str], Iterable[T]] = nobody,
    ) -> None:
        self._bus = bus
        self._queue = queue
        self._codec = codec
        self._handler = handler
        # A type that no queue hears yet is a deployment half done: nothing is lost by waiting for the other half.
        self._unavailable: tuple[type[Exception], ...] = (Unavailable, Unroutable, *unavailable)
        self._on_dead_letter = on_dead_letter

    def run(self, stop: threading.Event) -> None:
        """Handle messages until `stop` is set; the one in hand is finished first."""
        self._bus.consume(self._queue, self._deliver, stop=stop)

    def _deliver(self, delivery: Delivery) -> None:
        message = delivery.message
        metrics.LAST_DELIVERY.labels(self._queue).set_to_current_time()
        result = "error"
        with log_context(job=message.correlation_id, message=message.message_id):
            try:
                failpoints.hit("consumer.after-read")
                result = self._outcome(delivery)
                failpoints.hit("consumer.after-publish")
            finally:
                metrics.HANDLED.labels(self._queue, result).inc()

    def _outcome(self, delivery: Delivery) -> str:
        try:
            self._handle(delivery.message)
        except Reject as error:
            return self._give_up(delivery, _text(error))
        except Retry as error:
            return self._retry(delivery, _text(error))
        except self._unavailable as error:
            return self._wait(delivery, _text(error))
        return "done"

    def _handle(self, message: Message) -> None:
        results = self._handler(self._codec.decode(message))
        try:
            self._publish(results, cause=message)
        finally:
            # Whatever a generator holds open, such as a transaction, ends before the message is dealt with further.
            if isinstance(results, Generator):
                results.close()

    def _publish(self, values: Iterable[T], *, cause: Message) -> None:
        for value in values:
            failpoints.hit("consumer.after-handler")
            self._bus.publish(headers.caused(self._codec.encode(value), cause=cause))

    def _retry(self, delivery: Delivery, reason: str) -> str:
        if delivery.attempt >= MAX_ATTEMPTS:
            return self._give_up(delivery, f"given up after {delivery.attempt} attempts: {reason}")
        seconds = _PAUSES[min(delivery.attempt, len(_PAUSES)) - 1]
        log.warning("attempt %d failed, the next in %d s: %s", delivery.attempt, seconds, reason)
        self._bus.delay(delivery, seconds=seconds, counted=True)
        return "retry"

    def _wait(self, delivery: Delivery, reason: str) -> str:
        seconds = _WAITS[min(headers.waits(delivery.message), len(_WAITS) - 1)]
        log.warning("something needed is away, trying again in %d s: %s", seconds, reason)
        self._bus.delay(delivery, seconds=seconds, counted=False)
        return "wait"

    def _give_up(self, delivery: Delivery, reason: str) -> str:
        log.error("to the dead letters of %s: %s", delivery.queue, reason)
        self._publish(self._on_dead_letter(delivery.message, reason), cause=delivery.message)
        self._bus.dead_letter(delivery, reason=reason)
        return "dead"


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__
