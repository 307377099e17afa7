"""What a dead letter is called, and what is said to be its reason."""

from dataclasses import replace

import pytest

from messaging.dead_letters import Names, revived
from tests.contract.messaging.parcels import SORTED, parcel


def id_of(**changes: object) -> str:
    message = replace(parcel(), **changes)  # type: ignore[arg-type]  # any field, as its test says
    return Names().letter(message, queue="q").id


def test_an_id_is_made_from_what_the_letter_says() -> None:
    assert id_of() == id_of()
    others = [id_of(body=b"2"), id_of(message_id="x"), id_of(type=SORTED), id_of(headers={"x-reason": "other"})]
    assert len({id_of(), *others}) == 5
    assert Names().letter(parcel(), queue="q").id != Names().letter(parcel(), queue="p").id


def test_the_same_letter_several_times() -> None:
    names = Names()
    ids = [names.letter(parcel(body=body), queue="q").id for body in ("1", "1", "2", "1")]
    assert ids == [id_of(), f"{id_of()}-2", ids[2], f"{id_of()}-3"]


def test_an_operator_may_name_the_letter_or_the_message() -> None:
    letter = Names().letter(parcel(body="7"), queue="q")
    assert letter.answers_to(letter.id)
    assert letter.answers_to(parcel(body="7").message_id)
    assert not letter.answers_to(letter.id[:-1])


@pytest.mark.parametrize(
    ("headers", "given", "reason"),
    [
        ({"x-reason": "it is malformed"}, None, "it is malformed"),
        ({"x-reason": "it is malformed"}, "delivery_limit", "it is malformed"),
        ({}, "delivery_limit", "its reader ended each time it had this message in hand (delivery limit of the queue)"),
        ({}, "something new", "something new"),
        ({}, None, "nobody said why"),
        ({}, 7, "nobody said why"),
    ],
)
def test_the_reason(headers: dict[str, str | int], given: object, reason: str) -> None:
    message = replace(parcel(), headers=headers)
    assert Names().letter(message, queue="q", brokers_reason=given).reason == reason


def test_a_revived_message_has_no_history_but_its_trace() -> None:
    given: dict[str, str | int] = {
        "x-attempt": 8,
        "x-waits": 2,
        "x-reason": "r",
        "x-queue": "q",
        "traceparent": "00-1-2-01",
    }
    assert revived(replace(parcel(), headers=given)) == parcel(traceparent="00-1-2-01")
