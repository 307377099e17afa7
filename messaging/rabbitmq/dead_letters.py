"""Dead letters on RabbitMQ: looked at without losing any, given back to their queues, or removed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import (
    AMQPError,
    ChannelClosedByBroker,
    NackError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    UnroutableError,
)

from messaging.dead_letters import Busy, DeadLetter, Names, revived
from messaging.errors import BrokerRefused, PublishFailed, Unavailable
from messaging.rabbitmq import envelope
from messaging.rabbitmq.addresses import addresses
from messaging.rabbitmq.refusal import refusal
from messaging.topology import Topology

_BROKERS_REASON = "x-first-death-reason"
_NOT_FOUND, _LOCKED = 404, 405


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """A letter that nobody else can have now. Unless something is done with it, it goes back to where it lay."""

    letter: DeadLetter
    _channel: BlockingChannel = field(repr=False)
    _tag: int

    def replay(self, *, app_id: str) -> None:
        """Give it back to its queue, and only then take it away here: it may be replayed twice, but never lost.

        Raises `PublishFailed` if the broker does not confirm; then it is still a dead letter.
        """
        message = revived(self.letter.message)
        properties = envelope.properties(message, app_id=app_id)
        try:
            # The default exchange leads to the one queue of that name; others that hear the type have had it.
            with _told():
                self._channel.basic_publish("", self.letter.queue, message.body, properties, mandatory=True)
        except Unavailable as error:
            raise PublishFailed(f"{self.letter.id} may be in {self.letter.queue}, or not: {error}") from error
        self.discard()

    def discard(self) -> None:
        """Take it away for good."""
        with _told():
            self._channel.basic_ack(self._tag)


class DeadLetters:
    """The dead letters of a topology, in the hands of one operator from `with` to its end.

    Raises `Busy` while another one has them, `Unavailable` while the broker is away, `BrokerRefused` for what the
    broker's user may not do. `urls` as for `RabbitBus`; the user must be allowed to read the dead-letter queues, to
    write to the default exchange, and to configure a queue named after the exchange, which serves as the lock.
    """

    def __init__(self, urls: str, topology: Topology, *, app_id: str) -> None:
        self.app_id = app_id
        self._parameters = addresses(urls, name=app_id)
        self._topology = topology
        self._connection: pika.BlockingConnection | None = None

    def __enter__(self) -> "DeadLetters":
        with _told():
            self._connection = pika.BlockingConnection(self._parameters)
        try:
            self._lock()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def letters(self) -> Iterator[HeldLetter]:
        """All that lie there now, queue by queue, the oldest first; those that come meanwhile are not among them.

        Each is held until the end of `with`; those of a queue lie in the same order again only if they were all taken:
        the broker puts what comes back behind what came back before.
        """
        for queue in self._topology.queues:
            if self._exists(self._topology.dead_queue(queue.name)):
                yield from self._letters_of(queue.name)

    def missing(self) -> tuple[str, ...]:
        """The dead-letter queues of the topology that this broker does not have."""
        return tuple(
            dead
            for dead in (self._topology.dead_queue(queue.name) for queue in self._topology.queues)
            if not self._exists(dead)
        )

    def _letters_of(self, queue: str) -> Iterator[HeldLetter]:
        names = Names()
        left: int | None = None
        with _told():
            channel = self._opened().channel()
            channel.confirm_delivery()
        while left != 0:
            with _told():
                method, properties, body = channel.basic_get(self._topology.dead_queue(queue))
            if method is None or properties is None or body is None:
                return
            left = (method.message_count or 0) if left is None else left - 1
            reason = (properties.headers or {}).get(_BROKERS_REASON)
            letter = names.letter(
                envelope.message(method.routing_key, properties, body), queue=queue, brokers_reason=reason
            )
            yield HeldLetter(letter, channel, method.delivery_tag or 0)

    def _exists(self, queue: str) -> bool:
        try:
            with _told(), self._opened().channel() as channel:
                channel.queue_declare(queue, passive=True)
        except BrokerRefused as error:
            if isinstance(error.__cause__, ChannelClosedByBroker) and error.__cause__.reply_code == _NOT_FOUND:
                return False
            raise
        return True

    def _lock(self) -> None:
        """A queue that is this connection's alone, and goes away with it."""
        with _told():
            self._opened().channel().queue_declare(f"{self._topology.dead_exchange}.operator", exclusive=True)

    def _opened(self) -> pika.BlockingConnection:
        if self._connection is None:
            raise RuntimeError("the dead letters are read inside `with`")
        return self._connection

    def _close(self) -> None:
        """What was not acknowledged goes back."""
        connection, self._connection = self._connection, None
        with suppress(AMQPError, OSError):
            if connection is not None and connection.is_open:
                connection.close()


@contextmanager
def _told() -> Iterator[None]:
    """The broker's errors in our terms."""
    try:
        yield
    except ChannelClosedByBroker as error:
        if error.reply_code == _LOCKED:
            raise Busy("another operator has the dead letters in hand; try again when that has ended") from error
        raise refusal(error) or Unavailable(f"the broker closed the channel: {error.reply_text}") from error
    except (UnroutableError, NackError) as error:
        raise PublishFailed("the broker did not take the message") from error
    except (ProbableAuthenticationError, ProbableAccessDeniedError) as error:
        raise BrokerRefused(f"the broker refused the user, its password or the virtual host: {error}") from error
    except (AMQPError, AMQPConnectorException, OSError) as error:
        raise Unavailable(f"the broker can't be reached: {error!r}") from error
