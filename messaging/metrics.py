"""What is counted of messages."""

from prometheus_client import Counter, Gauge, Histogram

LAST_DELIVERY = Gauge(
    "consumer_last_delivery_timestamp_seconds", "When the last message was delivered, in Unix time.", ["queue"]
)
HANDLED = Counter(
    "messages_handled",
    "Messages handled, by what became of them: done, retry, wait, dead or error.",
    ["queue", "result"],
)
CONFIRM_SECONDS = Histogram("publish_confirm_seconds", "From publishing a message to the broker's confirmation of it.")
RETURNED = Counter("publish_returned", "Messages that came back since no queue hears their type.")
CONNECTIONS = Counter("broker_connections", "Connections to the broker made, by what they are for.", ["link"])
