"""The Seat template: its data file, header matching and the schema made from it."""

import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.problems import CATALOGUE
from contracts.template import OUTCOME_COLUMNS, latest, version, versions
from contracts.template.columns import from_data

TEMPLATE = latest()
SCHEMA = TEMPLATE.schema()

GOOD = {
    "firstname": "Amélie",
    "lastname": "Okonkwo",
    "email": "amelie@example.com",
    "extension": "1001",
    "seat_type": "standard",
}


def load(**cells: str) -> dict[str, Any]:
    loaded: dict[str, Any] = SCHEMA.load(GOOD | cells)
    return loaded


def code_of(column: str, cell: str) -> str:
    with pytest.raises(ValidationError) as caught:
        load(**{column: cell})
    messages = caught.value.messages
    assert isinstance(messages, dict)
    assert list(messages) == [column]
    assert messages[column][0]["message"]
    return str(messages[column][0]["code"])


def test_version_1_has_the_20_columns_in_order() -> None:
    assert TEMPLATE.csv() == (
        "firstname,lastname,email,extension,seat_type,phone_number,role,password,department,location,timezone,language,"
        "caller_id_name,caller_id_number,emergency_number,voicemail_enabled,voicemail_pin,device_mac,device_model,"
        "send_welcome_email\r\n"
    )
    assert versions() == (1,)
    assert version(1) is TEMPLATE


def test_an_unknown_version_is_told() -> None:
    with pytest.raises(LookupError, match="version 99"):
        version(99)


def test_required_unique_and_secret_columns() -> None:
    assert [c.name for c in TEMPLATE.columns if c.required] == list(GOOD)
    assert [c.name for c in TEMPLATE.unique] == ["email", "extension", "phone_number", "device_mac"]
    assert [c.name for c in TEMPLATE.secret] == ["password", "voicemail_pin"]
    assert TEMPLATE.column("email").unique_key("Ä@Example.com") == "ä@example.com"
    assert TEMPLATE.column("extension").unique_key("0042") == "0042"


def test_every_example_keeps_its_own_rule() -> None:
    loaded = SCHEMA.load({column.name: column.example for column in TEMPLATE.columns})
    assert None not in loaded.values()


def test_a_setting_that_no_rule_knows_is_an_error() -> None:
    with pytest.raises(TypeError):
        from_data({"name": "x", "label": "X", "type": "text", "max": 3, "requird": True})


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("firstname", "  Zoë\u200b ", "Zoë"),
        ("firstname", "Zoe\u0308", "Zoë"),
        ("extension", "0042", "0042"),
        ("email", "A.b@Example.com", "A.b@Example.com"),
        ("seat_type", "Common Area", "common_area"),
        ("phone_number", "+1 (415) 555-0100", "+14155550100"),
        ("role", "ADMIN", "admin"),
        ("timezone", "america/vancouver", "America/Vancouver"),
        ("language", "en_ca", "en-CA"),
        ("voicemail_enabled", "FALSE", "no"),
        ("device_mac", "001A.2B3C.4D5E", "00:1a:2b:3c:4d:5e"),
        ("device_mac", "00-1a-2b-3c-4d-5e", "00:1a:2b:3c:4d:5e"),
        ("phone_number", "\u202a+1 415 555-0100\u202c", "+14155550100"),
        ("department", "#1", "#1"),
        ("department", "#marketing!", "#marketing!"),
        ("department", "", None),
        ("department", " \ufeff ", None),
    ],
)
def test_good_cells_are_normalised(column: str, cell: str, value: str | None) -> None:
    assert load(**{column: cell})[column] == value


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("firstname", "", "required"),
        ("firstname", " \u00a0", "required"),
        ("lastname", "x" * 129, "too_long"),
        ("lastname", "a\tb", "control_character"),
        ("lastname", "#N/A", "spreadsheet_error"),
        ("department", " #VALEUR! ", "spreadsheet_error"),
        ("email", "#REF!", "spreadsheet_error"),
        ("extension", "#NV", "spreadsheet_error"),
        ("phone_number", "#DIV/0!", "spreadsheet_error"),
        ("seat_type", "#NAME?", "spreadsheet_error"),
        ("timezone", "#CALC!", "spreadsheet_error"),
        ("language", "#ÜBERLAUF!", "spreadsheet_error"),
        ("device_mac", "#GETTING_DATA", "spreadsheet_error"),
        ("lastname", "a\nb", "control_character"),
        ("email", "amelie@", "not_an_email"),
        ("email", "a@" + "b" * 260 + ".com", "too_long"),
        ("email", "ann@example.con", "not_an_email"),
        ("email", "ann@example.CMO", "not_an_email"),
        ("extension", "1", "lost_leading_zero"),
        ("extension", "12345678", "wrong_length"),
        ("extension", "10a", "not_digits"),
        ("extension", "١٢٣", "not_digits"),
        ("seat_type", "gold", "not_allowed"),
        ("phone_number", "4.41E+11", "scientific_notation"),
        ("phone_number", "4,41E+11", "scientific_notation"),
        ("phone_number", "14155550100", "lost_plus"),
        ("phone_number", "+0123456789", "not_a_phone_number"),
        ("phone_number", "+44 (0)20 7946 0000", "not_a_phone_number"),
        ("phone_number", "+44 ( 0 ) 20 7946 0000", "not_a_phone_number"),
        ("phone_number", "+123456", "not_a_phone_number"),
        ("phone_number", "+1234567890123456", "not_a_phone_number"),
        ("password", "123", "lost_leading_zero"),
        ("password", "1" * 16, "wrong_length"),
        ("timezone", "Mars/Olympus", "not_a_timezone"),
        ("language", "english", "not_a_language"),
        ("caller_id_name", "x" * 36, "too_long"),
        ("device_mac", "1A2B3C4D5E", "not_a_mac"),
        ("device_mac", "12345678901", "lost_leading_zero"),
        ("device_mac", "1.23457E+11", "scientific_notation"),
        ("voicemail_enabled", "maybe", "not_allowed"),
    ],
)
def test_bad_cells_are_named(column: str, cell: str, code: str) -> None:
    assert code_of(column, cell) == code
    assert code in CATALOGUE


@pytest.mark.parametrize(
    ("column", "cell", "hint"),
    [
        ("seat_type", "standrd", "Did you mean standard?"),
        ("timezone", "Vancouvr", "Did you mean America/Vancouver?"),
        ("timezone", "Berlin", "Did you mean Europe/Berlin?"),
        ("phone_number", "14155550100", r"\+14155550100"),
    ],
)
def test_a_near_miss_gets_a_suggestion(column: str, cell: str, hint: str) -> None:
    with pytest.raises(ValidationError, match=hint):
        load(**{column: cell})


def test_voicemail_needs_a_pin_only_when_it_is_on() -> None:
    assert code_of_condition({"voicemail_enabled": "yes"}) == ["voicemail_pin"]
    assert code_of_condition({"voicemail_enabled": "Yes", "voicemail_pin": ""}) == ["voicemail_pin"]
    assert load(voicemail_enabled="no", voicemail_pin="")["voicemail_pin"] is None
    assert load(voicemail_enabled="yes", voicemail_pin="0123")["voicemail_pin"] == "0123"


def code_of_condition(cells: dict[str, str]) -> list[str]:
    with pytest.raises(ValidationError, match="needed because voicemail_enabled is yes") as caught:
        load(**cells)
    assert isinstance(caught.value.messages, dict)
    return list(caught.value.messages)


def test_all_problems_of_a_row_come_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        load(firstname="", email="x", extension="1", voicemail_enabled="yes")
    assert set(caught.value.messages) == {"firstname", "email", "extension", "voicemail_pin"}


def test_a_column_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError):
        load(colour="red")


def test_headers_match_without_regard_to_case_spaces_hyphens_and_underscores() -> None:
    names = ["\ufeffFirst\u200b Name", "SURNAME", "E-Mail", "exten", "seat-type", "MAC_address", "user_id", "Reason"]
    match = TEMPLATE.match_header(names)
    assert match.is_complete
    assert [c.name if c else None for c in match.columns] == [
        *("firstname", "lastname", "email", "extension", "seat_type", "device_mac"),
        *(None, None),
    ]


def test_unknown_missing_and_doubled_columns_are_named() -> None:
    match = TEMPLATE.match_header(["first_name", "lastname", "e-mail", "mail", "extension", "seat typ", "colour", ""])
    assert [(u.position, u.name, u.nearest) for u in match.unknown] == [
        (5, "seat typ", "seat_type"),
        (6, "colour", None),
        (7, "", None),
    ]
    assert [column.name for column in match.missing] == ["seat_type"]
    assert [(d.column, d.positions, d.names) for d in match.doubled] == [("email", (2, 3), ("e-mail", "mail"))]
    assert not match.is_complete


def test_what_is_chosen_for_a_cell_counts_more_than_its_name() -> None:
    names = ["First name", "Last name", "Mail", "Number", "Cell phone", "Seat type", "Nick name"]
    chosen = {"number": "phone_number", "CELL PHONE": "extension", "Nick_Name": None, "not there": "role"}
    match = TEMPLATE.match_header(names, chosen)
    assert match.is_complete
    assert [c.name if c else None for c in match.columns] == [
        *("firstname", "lastname", "email", "phone_number", "extension", "seat_type"),
        None,
    ]


def test_a_column_may_be_ignored_on_purpose_and_two_cells_may_not_be_one_column() -> None:
    names = ["firstname", "lastname", "email", "extension", "ext 2", "seat_type", "department"]
    match = TEMPLATE.match_header(names, {"ext 2": "extension", "department": None, "seat_type": "colour"})
    assert [(doubled.column, doubled.positions) for doubled in match.doubled] == [("extension", (3, 4))]
    assert match.columns[-1] is None
    assert match.unknown == ()
    assert match.columns[5] is TEMPLATE.column("seat_type"), "a choice of what the template has not is none"


@pytest.mark.parametrize("name", ["problems", "updated_at", "Deleted At"])
def test_columns_that_we_add_to_files_are_ignored(name: str) -> None:
    assert TEMPLATE.match_header(["firstname", "lastname", "email", "extension", "seat_type", name]).is_complete


def test_no_two_columns_share_a_name_or_alias_and_none_is_an_outcome_column() -> None:
    seen: dict[str, str] = {}
    for column in TEMPLATE.columns:
        for word in {re.sub(r"[\s_\-.]", "", w).casefold() for w in (column.name, column.label, *column.aliases)}:
            assert seen.setdefault(word, column.name) == column.name, f"{word} means two columns"
    assert not {re.sub("_", "", name) for name in OUTCOME_COLUMNS} & set(seen)


def test_every_template_file_is_a_version() -> None:
    names = [f.name for f in files("contracts.template").iterdir() if f.name.endswith(".toml")]
    assert sorted(names) == [f"seat_v{number}.toml" for number in versions()]


def loaded_or_messages(cells: dict[str, str]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    try:
        return load(**cells), {}
    except ValidationError as error:
        return None, dict(error.messages_dict)


@given(cells=st.dictionaries(st.sampled_from([c.name for c in TEMPLATE.columns]), st.text(max_size=20)))
def test_any_cells_are_loaded_or_refused_with_codes_of_the_catalogue(cells: dict[str, str]) -> None:
    loaded, messages = loaded_or_messages(cells)
    assert {told["code"] for tellings in messages.values() for told in tellings} <= set(CATALOGUE)
    if loaded is not None:
        again = SCHEMA.load({name: value for name, value in loaded.items() if value is not None})
        assert again == loaded, "a stored value is kept as it is when it comes again"
