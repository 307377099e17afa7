"""Columns at once give what each row alone would give."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.ids import user_id_of, user_ids_of
from services.provisioner.copy_rows import copy_rows, email_keys
from services.provisioner.directory import NewSeat, UniqueColumn, key
from services.provisioner.json_rows import json_rows
from services.provisioner.word_columns import word_rows
from services.provisioner.words import words_of
from tests.unit.provisioner.making import JOB, chunk_of, new_seat

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

# With what a fold changes the length of, marks that join what stands before them, and every kind of space.
telling = st.sampled_from([*"aZé'\\\t\n\r \u00a0\u0301\u0130ßﬁ\uff19_-.@+:5٣", "\u2028", "\U0001f3b7", "x" * 160])
texts = st.lists(telling, min_size=1, max_size=8).map("".join)
usual = st.from_regex(r"[a-zA-Z]{1,8}", fullmatch=True)


@st.composite
def seats(draw: st.DrawFn) -> list[NewSeat]:
    """Rows as the template has them, and among them rows that only a forged message has."""
    numbers = draw(st.lists(st.integers(2, 999), unique=True, max_size=5))
    return [
        new_seat(
            number,
            firstname=draw(usual | texts),
            lastname=draw(usual | st.just("O'Brien-Li Ann") | texts),
            email=draw(st.just(f"A.{number}_@Mail.example.com") | texts),
            extension=draw(st.just(str(number)) | texts),
            phone_number=draw(st.none() | st.just(f"+1415{number}") | texts),
            device_mac=draw(st.none() | st.just("00:1a:2b:3c:4d:5e") | texts),
        )
        for number in numbers
    ]


@settings(deadline=None)
@given(seats())
def test_the_words_of_columns_are_those_of_each_seat(rows: list[NewSeat]) -> None:
    chunk = chunk_of(rows)
    assert [frozenset(row.split(" ")) - {""} for row in word_rows(chunk)] == [words_of(seat) for seat in chunk.seats]


@settings(deadline=None)
@given(st.lists(texts, max_size=5))
def test_e_mail_keys_of_a_column_are_those_of_each_address(emails: list[str]) -> None:
    assert email_keys(emails) == [key(UniqueColumn.EMAIL, email) for email in emails]


cells = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)


@settings(deadline=None)
@given(st.dictionaries(texts, st.lists(cells, min_size=3, max_size=3), max_size=4))
def test_json_rows_hold_the_cells_that_are_filled(columns: dict[str, list[str | None]]) -> None:
    wanted = [{name: cell for name, one in columns.items() if (cell := one[at]) is not None} for at in range(3)]
    assert list(map(json.loads, json_rows(columns, 3))) == wanted


@settings(deadline=None)
@given(st.uuids(), st.lists(st.integers(1, 2**31 - 1)))
def test_user_ids_of_many_lines_are_those_of_each(job_id: object, lines: list[int]) -> None:
    assert user_ids_of(job_id, lines) == [str(user_id_of(job_id, line)) for line in lines]  # type: ignore[arg-type]  # hypothesis' UUIDs


def test_rows_are_in_the_order_of_their_e_mail_keys() -> None:
    chunk = chunk_of([new_seat(2, email="c@x"), new_seat(3, email="B@x"), new_seat(4, email="a@x")])
    rows = copy_rows(chunk, user_ids_of(JOB, chunk.lines), NOW)
    assert [row.split("\t")[7] for row in rows] == ["a@x", "B@x", "c@x"]
