"""The broker's no, told from a broker that is away."""

from pika.exceptions import ChannelClosedByBroker

from messaging.errors import BrokerRefused

# Access refused, not found, precondition failed: trying again changes nothing.
_FINAL = (403, 404, 406)


def refusal(error: ChannelClosedByBroker) -> BrokerRefused | None:
    """What to tell of a channel closed with this error; None if it may well go better on another channel."""
    if error.reply_code not in _FINAL:
        return None
    return BrokerRefused(f"the broker refused: {error.reply_text}")
