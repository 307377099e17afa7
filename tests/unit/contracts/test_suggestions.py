"""What is suggested in place of a cell that breaks its rule."""

import tomllib
from importlib.resources import files
from zoneinfo import available_timezones

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.template import latest
from contracts.template.rules import RULES, BrokenRule
from contracts.template.suggestions import suggest

SEAT = latest()


def suggested(column: str, cell: str) -> str | None:
    """What is suggested for a cell that is refused."""
    rule = SEAT.column(column).check
    with pytest.raises(BrokenRule):
        rule.normalise(cell)
    return suggest(rule, cell)


@pytest.mark.parametrize(
    ("column", "cell", "meant"),
    [
        ("timezone", "Vancouvr", "America/Vancouver"),
        ("timezone", "Torronto", "America/Toronto"),
        ("timezone", "Amerca/New_York", "America/New_York"),
        ("timezone", "Berlin", "Europe/Berlin"),
        ("timezone", "Zurich", "Europe/Zurich"),
        ("timezone", "München", "Europe/Berlin"),
        ("timezone", "Toronto, ON", "America/Toronto"),
        ("timezone", "Seattle", "America/Los_Angeles"),
        ("timezone", "America/Vancouver (PST)", "America/Vancouver"),
        ("timezone", "america\\vancouver", "America/Vancouver"),
        ("timezone", "PST", "America/Los_Angeles"),
        ("timezone", "(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("timezone", "W. Europe Standard Time", "Europe/Berlin"),
        ("language", "English", "en"),
        ("language", "Englsh", "en"),
        ("language", "Français", "fr"),
        ("language", "English (Canada)", "en-CA"),
        ("language", "Canadian French", "fr-CA"),
        ("language", "fr ca", "fr-CA"),
        ("language", "Spanish, Mexico", "es-MX"),
        ("language", "Chinese (Simplified)", "zh-Hans"),
        ("language", "jp", "ja"),
        ("seat_type", "standrd", "standard"),
        ("seat_type", "Common", "common_area"),
        ("seat_type", "virtual extension", "virtual"),
        ("role", "Administrator", "admin"),
        ("voicemail_enabled", "Oui", "yes"),
        ("voicemail_enabled", "FALSCH", "no"),
        ("voicemail_enabled", "✓", "yes"),
        ("voicemail_enabled", "YES!", "yes"),
        ("email", "ann@gmail,com", "ann@gmail.com"),
        ("email", "ann@gmail", "ann@gmail.com"),
        ("email", "ann@gmailcom", "ann@gmail.com"),
        ("email", "Ann Lee <ann@example.com>", "ann@example.com"),
        ("email", "mailto:ann@example.com", "ann@example.com"),
        ("email", "ann@@example..com;", "ann@example.com"),
        ("email", "ann at example dot com", "ann@example.com"),
        ("email", "ann@example.con", "ann@example.com"),
        ("email", "ann\uff20example\uff0ecom", "ann@example.com"),
        ("extension", "ext. 1001", "1001"),
        ("extension", "x1001", "1001"),
        ("extension", "1001.0", "1001"),
        ("extension", "1,001", "1001"),
        ("extension", "٣٤٥", "345"),
        ("phone_number", "14155550100", "+14155550100"),
        ("phone_number", "442079460000", "+442079460000"),
        ("phone_number", "0044 20 7946 0000", "+442079460000"),
        ("phone_number", "011 44 20 7946 0000", "+442079460000"),
        ("phone_number", "+44 (0)20 7946 0000", "+442079460000"),
        ("phone_number", "tel:+1\u2011415\u2011555\u20110100", "+14155550100"),
        ("device_mac", "OO:1A:2B:3C:4D:5E", "00:1a:2b:3c:4d:5e"),
        ("device_mac", "12345678901", "01:23:45:67:89:01"),
        ("device_mac", "MAC: 00_1A_2B_3C_4D_5E", "00:1a:2b:3c:4d:5e"),
        ("department", "Care\nTeam", "Care Team"),
    ],
)
def test_what_is_probably_meant_is_suggested(column: str, cell: str, meant: str) -> None:
    assert suggested(column, cell) == meant


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("timezone", "CST"),  # of America or of China
        ("timezone", "IST"),  # of India, Israel or Ireland
        ("timezone", "UTC+1"),  # without or with summer time
        ("timezone", "Europe"),
        ("timezone", "Mars/Olympus"),
        ("language", "Klingon"),
        ("language", "none"),
        ("seat_type", "gold"),
        ("role", "agent"),
        ("voicemail_enabled", "maybe"),
        ("voicemail_enabled", "n/a"),
        ("email", "ann@example.com; bob@example.com"),  # one of them would be lost
        ("email", "ann lee@example.com"),  # ann.lee, annlee or ann_lee
        ("email", "ann.example.com"),
        ("email", "ann"),
        ("extension", "1"),  # 01, 001 …
        ("extension", "1001-1005"),
        ("extension", "100 105"),
        ("extension", "12345678"),
        ("phone_number", "4155550100"),  # Californian or Swiss
        ("phone_number", "020 7946 0000"),
        ("phone_number", "4.41E+11"),  # the digits are gone
        ("phone_number", "+1 415 555 0100 x12"),
        ("phone_number", "+14155550100, +14155550101"),
        ("device_mac", "1.23457E+11"),
        ("device_mac", "001A2B3C4D5"),
        ("department", "x" * 200),
    ],
)
def test_nothing_is_suggested_where_nobody_can_know(column: str, cell: str) -> None:
    assert suggested(column, cell) is None


@given(st.sampled_from(SEAT.columns), st.one_of(st.text(max_size=20), st.from_regex(r"[+(]?[0-9a-zO ,.@:-]{1,20}")))
def test_a_suggestion_keeps_the_rule(name_of: object, cell: str) -> None:
    rule = next(column.check for column in SEAT.columns if column is name_of)
    meant = suggest(rule, cell)
    if meant is not None:
        assert rule.normalise(meant) == meant


def test_every_rule_has_suggestions() -> None:
    broken = {
        "e164": "0014155550100",
        "digits": "x123456",
        "mac": "0x001A2B3C4D5E",
        "choice": "standrd",
        "text": "a\tb",
    }
    broken |= {"email": "a@b.con", "timezone": "Berlin", "language": "English"}
    of_type = {column.type: column.check for column in reversed(SEAT.columns)}
    assert set(broken) == set(RULES)
    for kind, cell in broken.items():
        assert suggest(of_type[kind], cell), kind


def test_an_update_has_the_same_suggestions_and_mends_user_ids() -> None:
    update = SEAT.for_kind("update")
    assert suggest(update.column("timezone").check, "Berlin") == "Europe/Berlin"
    user_id = "3f2b8c1e-7a4d-5e6f-9b0a-1c2d3e4f5a6b"
    for cell in ("{3F2B8C1E-7A4D-5E6F-9B0A-1C2D3E4F5A6B}", "3f2b8c1e7a4d5e6f9b0a1c2d3e4f5a6b", f"urn:uuid:{user_id}"):
        assert suggest(update.column("user_id").check, cell) == user_id
    assert suggest(update.column("phone_number").check, "<clear>") == "[clear]"
    assert suggest(update.column("extension").check, "clear") is None


def test_the_message_asks_whether_it_is_meant_and_of_secrets_tells_nothing() -> None:
    with pytest.raises(ValidationError) as caught:
        SEAT.schema().load({"timezone": "Berlin", "password": "x48151623", "extension": "10a"})
    told = {column: problems[0] for column, problems in caught.value.messages_dict.items()}
    assert told["timezone"]["suggestion"] == "Europe/Berlin"
    assert told["timezone"]["message"].endswith(" Did you mean Europe/Berlin?")
    assert "suggestion" not in told["password"]
    assert "48151623" not in str(told["password"])
    assert "suggestion" not in told["extension"]


@pytest.mark.parametrize("name", ["time_zones", "languages"])
def test_what_the_lists_name_is_there(name: str) -> None:
    words = tomllib.loads(files("contracts.template.suggestions").joinpath(f"{name}.toml").read_text("utf-8"))
    if name == "time_zones":
        zones = {*words["windows"].values(), *words["common"].values(), *words["towns"]}
        assert zones <= available_timezones()
    else:
        assert all(langcodes.tag_is_valid(tag) for tag in words["languages"])
        assert all(langcodes.tag_is_valid(f"en-{region}") for region in words["regions"])
