from datetime import UTC, datetime, timedelta

import pytest

from services.provisioner.phone_system.answers import (
    LONGEST_PAUSE,
    Accepted,
    Answer,
    Busy,
    Failed,
    Refused,
    Wrong,
    answer_of,
    pause_of,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def told(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer_of(7, status, named, body, secrets=("4711",), now=NOW)


@pytest.mark.parametrize("status", [200, 201])
def test_made_now_or_before_the_phone_system_has_the_seat(status: int) -> None:
    assert told(status) == Accepted()


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("email", "the e-mail address"),
        ("extension", "the extension"),
        ("phone_number", "the phone number"),
        ("device_mac", "the device MAC address"),
    ],
)
def test_a_value_taken_there_is_told_in_the_words_of_the_row(column: str, words: str) -> None:
    answer = told(409, b'{"code": "%s_taken"}' % column.encode())
    assert isinstance(answer, Refused)
    assert (answer.outcome.line, answer.outcome.code) == (7, f"{column}_taken")
    expected = f"The phone system has another Seat with {words}. Change the row and upload it again."
    assert answer.outcome.message == expected


@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"detail": "No licence is left"}', ": No licence is left."),
        (b'{"detail": "Not  there:\\u0000\\n\\u202eyet!"}', ": Not there: yet!"),
        (b'{"detail": "The PIN 4711 is too easy."}', "."),  # a secret is never told
        (b'{"detail": ["no", "text"]}', "."),
        (b"<html>nonsense", "."),
        (b"[]", "."),
        (b"", "."),
    ],
)
def test_another_refusal_is_quoted_as_far_as_it_can_be(status: int, body: bytes, reason: str) -> None:
    answer = told(status, body)
    assert isinstance(answer, Refused)
    assert answer.outcome.code == "phone_system_refused"
    assert answer.outcome.message == f"The phone system refused this row{reason} Change the row and upload it again."


def test_a_long_refusal_is_shortened() -> None:
    answer = told(422, b'{"detail": "%s"}' % (b"x" * 5_000))
    assert isinstance(answer, Refused)
    assert len(answer.outcome.message) < 400


def test_too_many_calls_and_a_rest_are_told_apart() -> None:
    assert told(429, Retry_After="7") == Busy(7.0, too_many=True)
    assert told(429) == Busy(1.0, too_many=True)
    assert told(503, Retry_After="7") == Busy(7.0, too_many=False)
    assert told(503) == Failed("the phone system answers 503", broken=False)


@pytest.mark.parametrize(("status", "broken"), [(500, True), (501, True), (502, False), (504, False)])
def test_after_an_error_it_is_not_known_what_was_done(status: int, broken: bool) -> None:
    assert told(status) == Failed(f"the phone system answers {status}", broken=broken)


@pytest.mark.parametrize("status", [202, 204, 301, 400, 401, 403, 404, 405, 413])
def test_what_no_phone_system_says_of_a_row_is_nothing_the_row_can_help(status: int) -> None:
    answer = told(status)
    assert isinstance(answer, Wrong)
    assert str(status) in answer.reason
    assert ("BULK_PHONE_SYSTEM_TOKEN" in answer.reason) == (status in (401, 403))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 1.0),
        ("120", 120.0),
        (" 2 ", 2.0),
        ("Sun, 22 Nov 2026 09:30:45 GMT", 45.0),
        ("Sun, 22 Nov 2026 09:29:00 GMT", 1.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("9" * 400, LONGEST_PAUSE),
        ("-5", 1.0),
        ("soon", 1.0),
        ("", 1.0),
        (None, 1.0),
    ],
)
def test_how_long_to_pause(text: str | None, seconds: float) -> None:
    assert pause_of(text, now=NOW) == seconds


def test_a_date_is_meant_by_the_clock_of_who_tells_it() -> None:
    theirs = NOW + timedelta(hours=3)
    date, until = (f"{at:%a, %d %b %Y %H:%M:%S} GMT" for at in (theirs, theirs + timedelta(seconds=20)))
    assert told(429, Retry_After=until, Date=date) == Busy(20.0, too_many=True)
