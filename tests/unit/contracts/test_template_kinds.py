"""The template as updates and deletions read it."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.problems import CATALOGUE
from contracts.template import CLEARED, USER_ID, latest
from contracts.template.columnwise import plainly
from contracts.template.rules import BrokenRule

CREATE = latest()
UPDATE = CREATE.for_kind("update")
DELETE = CREATE.for_kind("delete")
ID = str(uuid4())


def load(**cells: str) -> dict[str, Any]:
    loaded: dict[str, Any] = UPDATE.schema().load({USER_ID: ID} | cells)
    return loaded


def code_of(**cells: str) -> str:
    with pytest.raises(ValidationError) as caught:
        load(**cells)
    [[problem]] = caught.value.messages_dict.values()
    assert problem["code"] in CATALOGUE
    return str(problem["code"])


def test_creating_reads_the_template_as_it_is() -> None:
    assert CREATE.for_kind("create") is CREATE
    with pytest.raises(ValueError, match="'mend'"):
        CREATE.for_kind("mend")


def test_an_update_reads_the_user_id_and_all_columns_and_needs_the_user_id_alone() -> None:
    assert [column.name for column in UPDATE.columns] == [USER_ID, *(column.name for column in CREATE.columns)]
    assert [column.name for column in UPDATE.columns if column.required or column.required_when] == [USER_ID]
    assert [column.name for column in UPDATE.unique] == [USER_ID, *(column.name for column in CREATE.unique)]
    assert [column.name for column in UPDATE.secret] == [column.name for column in CREATE.secret]


def test_a_blank_cell_and_a_column_that_is_not_there_leave_the_value_alone() -> None:
    loaded = load(email=" ", voicemail_enabled="yes")
    assert (loaded["email"], loaded["extension"], loaded["voicemail_pin"]) == (None, None, None)
    assert loaded["voicemail_enabled"] == "yes"


@pytest.mark.parametrize("word", ["[clear]", "[CLEAR]", " [Clear] "])
def test_a_word_clears_what_a_seat_need_not_have(word: str) -> None:
    optional = [column.name for column in CREATE.columns if not column.required]
    loaded = load(**dict.fromkeys(optional, word))
    assert {loaded[name] for name in optional} == {CLEARED}


@pytest.mark.parametrize("column", [column.name for column in CREATE.columns if column.required])
def test_what_every_seat_has_is_not_cleared(column: str) -> None:
    assert code_of(**{column: "[clear]"}) == "cannot_clear"


def test_values_are_held_to_the_rules_that_new_seats_are_held_to() -> None:
    assert load(phone_number="+1 (415) 555-0100")["phone_number"] == "+14155550100"
    assert code_of(extension="12a") == "not_digits"
    assert code_of(department="[clear it]" * 20) == "too_long"
    assert load(department="[clear it]")["department"] == "[clear it]"


def test_creating_takes_the_word_for_a_name() -> None:
    cells = {column.name: column.example for column in CREATE.columns} | {"department": "[clear]"}
    assert CREATE.schema().load(cells)["department"] == "[clear]"


def test_user_ids_are_read_in_any_case_and_in_no_other_form() -> None:
    assert load(user_id=ID.upper())[USER_ID] == ID
    for wrong in ("7", ID[:-1], ID + "0", ID.replace("-", ""), "{" + ID + "}", ID.replace("-", "_")):
        assert code_of(user_id=wrong) == "not_a_user_id"
    assert code_of(user_id="") == "required"


def test_a_deletion_reads_the_user_id_alone() -> None:
    match = DELETE.match_header(["E-mail", "User ID", "email", "created_at", "Extension"])
    assert match.is_complete
    assert [column and column.name for column in match.columns] == [None, USER_ID, None, None, None]


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_without_user_ids_a_file_names_no_seats(kind: str) -> None:
    match = CREATE.for_kind(kind).match_header(["email", "shoe size"])
    assert [column.name for column in match.missing] == [USER_ID]
    assert [unknown.name for unknown in match.unknown] == ["shoe size"]


def test_an_update_may_say_a_column_once() -> None:
    [doubled] = UPDATE.match_header(["user_id", "email", "mail"]).doubled
    assert doubled.column == "email"


CELLS = st.sampled_from(["[clear]", "[Clear]", "[", "[clear]x", "Ann", "1001", "+14155550100", "a@example.com", " a"])


@given(st.sampled_from(UPDATE.columns), st.lists(CELLS, min_size=1, max_size=4))
def test_the_quick_way_says_what_the_rule_says(column: Any, cells: list[str]) -> None:
    quick = plainly(column.check, longest=100)
    values = quick(cells) if quick else None
    if values is not None:
        assert list(values) == [judged(column, cell) for cell in cells]


def judged(column: Any, cell: str) -> str:
    try:
        return str(column.check.normalise(cell))
    except BrokenRule as broken:
        return f"({broken.code})"


def test_columns_that_are_not_cleared_take_the_quick_way() -> None:
    for name, cell in (("firstname", "Ann"), ("email", "a@example.com"), ("extension", "1001")):
        quick = plainly(UPDATE.column(name).check, longest=100)
        assert quick is not None
        assert quick([cell]) == [cell]
