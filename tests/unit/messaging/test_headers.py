"""The history a message carries."""

from messaging import headers
from messaging.message import Delivery, Message
from tests.contract.messaging.parcels import parcel


def delivery(message: Message, attempt: int = 1) -> Delivery:
    return Delivery(message=message, queue="q", attempt=attempt, redelivered=False)


def test_a_new_message_is_at_its_first_attempt_and_has_not_waited() -> None:
    assert headers.attempt(parcel()) == 1
    assert headers.waits(parcel()) == 0


def test_nonsense_from_a_stranger_is_taken_for_nothing() -> None:
    assert headers.attempt(parcel(x_attempt="many")) == 1
    assert headers.attempt(parcel(x_attempt=-7)) == 1
    assert headers.waits(parcel(x_waits=-7)) == 0


def test_counted_and_uncounted_delays_are_told_apart() -> None:
    message = headers.delayed(delivery(parcel(weight=7), attempt=2), counted=True)
    assert message.headers == {"weight": 7, "x-attempt": 3}
    message = headers.delayed(delivery(message, attempt=3), counted=False)
    assert message.headers == {"weight": 7, "x-attempt": 3, "x-waits": 1}
    message = headers.delayed(delivery(message, attempt=3), counted=False)
    assert (headers.attempt(message), headers.waits(message)) == (3, 2)


def test_a_long_reason_is_cut() -> None:
    reason = headers.dead(delivery(parcel()), reason="x" * 5000).headers["x-reason"]
    assert reason == "x" * 2000


def test_a_lane_is_handed_on_unless_there_is_one() -> None:
    cause = parcel(x_lane="bulky", weight=7)
    assert headers.lane(parcel()) == ""
    assert headers.lane(headers.caused(parcel(), cause=cause)) == "bulky"
    assert headers.lane(headers.caused(parcel(x_lane="express"), cause=cause)) == "express"
    assert headers.caused(parcel(traceparent="00-3-4-01"), cause=cause).headers == {
        "traceparent": "00-3-4-01",
        "x-lane": "bulky",
    }


def test_a_trace_is_handed_on_unless_there_is_one() -> None:
    cause = parcel(traceparent="00-1-2-01", tracestate="a=b")
    assert headers.caused(parcel(), cause=cause).headers == {"traceparent": "00-1-2-01", "tracestate": "a=b"}
    own = parcel(traceparent="00-3-4-01")
    assert headers.caused(own, cause=cause) == own
    assert headers.caused(own, cause=parcel()) is own
