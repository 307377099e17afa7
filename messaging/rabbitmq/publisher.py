"""Publishing with confirms, on a connection of its own: RabbitMQ slows those who publish too fast, and their acks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker, NackError, UnroutableError

from messaging import metrics
from messaging.backoff import Backoff
from messaging.errors import PublishFailed, Unavailable, Unroutable
from messaging.message import Message
from messaging.rabbitmq.envelope import properties
from messaging.rabbitmq.link import STUCK_AFTER, Link, LinkDown
from messaging.rabbitmq.refusal import refusal


class Publisher:
    """May be used from any thread; messages go out one after the other. `patience`: seconds to wait for a confirm."""

    def __init__(
        self,
        parameters: Sequence[pika.URLParameters],
        *,
        app_id: str,
        prepare: Callable[[BlockingChannel], None],
        patience: float,
        backoff: Backoff,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        def with_confirms(channel: BlockingChannel) -> None:
            prepare(channel)
            channel.confirm_delivery()

        self._app_id = app_id
        self._patience = patience
        self._link = Link(
            f"{app_id} publisher",
            parameters,
            prepare=with_confirms,
            is_sound=lambda channel: channel.is_open,
            backoff=backoff,
            stuck_after=stuck_after,
        )

    @property
    def is_open(self) -> bool:
        """Whether there is a channel to publish on; the first to ask has it opened."""
        self._link.start()
        return self._link.is_open

    @property
    def is_alive(self) -> bool:
        """Whether its link's loop turns."""
        return self._link.is_alive

    def publish(self, message: Message, *, exchange: str, routing_key: str, mandatory: bool) -> None:
        """Return when the broker has it safe; see `Bus.publish`."""

        def work(channel: BlockingChannel) -> None:
            with _told_apart(routing_key), metrics.CONFIRM_SECONDS.time():
                channel.basic_publish(
                    exchange, routing_key, message.body, properties(message, app_id=self._app_id), mandatory=mandatory
                )

        try:
            self._link.ask(work, seconds=self._patience)
        except LinkDown as error:
            raise PublishFailed(f"{message.type} {message.message_id} is not confirmed: {error}") from error

    def depth(self, queue: str) -> int:
        """How many messages wait in `queue`; see `Bus.depth`.

        RabbitMQ 4.3 and later ask for the permission to configure the queue.
        """

        def work(channel: BlockingChannel) -> int:
            # A passive declaration of what is not there closes the channel: not the one for publishing, then.
            with _told_apart(queue), channel.connection.channel() as another:
                return another.queue_declare(queue, passive=True).method.message_count

        try:
            return self._link.ask(work, seconds=self._patience)
        except LinkDown as error:
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()


@contextmanager
def _told_apart(name: str) -> Iterator[None]:
    """The broker's answer to the one thing asked, in our terms; a lost connection remains pika's error."""
    try:
        yield
    except UnroutableError as error:
        metrics.RETURNED.inc()
        raise Unroutable(f"no queue hears {name}") from error
    except NackError as error:
        raise PublishFailed(f"the broker can't take {name} now") from error
    except ChannelClosedByBroker as error:
        raise refusal(error) or PublishFailed(f"the broker closed the channel: {error.reply_text}") from error
