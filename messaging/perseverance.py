"""What every bus does when a handler could not publish what it made."""

import logging
import threading
from collections.abc import Callable

from messaging.backoff import Backoff
from messaging.errors import PublishFailed
from messaging.message import Delivery

log = logging.getLogger(__name__)


def handled(
    handle: Callable[[Delivery], None],
    delivery: Delivery,
    *,
    stop: threading.Event,
    held: Callable[[], bool],
    backoff: Backoff,
) -> bool:
    """Hand `delivery` over until its results could be published; whether it may now be acknowledged.

    It is handed over again here, not given back to the broker: while the broker refuses to take messages (its disk is
    full, say) it still delivers, and each delivery given back would count against the queue's delivery limit. False
    when `stop` is set meanwhile, and when the message is no longer `held` because its connection was lost.
    """
    pauses = backoff.pauses()
    while True:
        try:
            handle(delivery)
        except PublishFailed as error:
            log.warning("could not publish, trying message %s again: %s", delivery.message.message_id, error)
        else:
            return True
        if stop.wait(next(pauses)) or not held():
            return False
