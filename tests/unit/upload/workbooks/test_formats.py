"""What a number's format makes of it."""

import pytest

from services.upload.workbooks.formats import Formats, plain, shaped


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (42, "00000", "00042"),
        (123456, "00000", "123456"),
        (42, "0", "42"),
        (0, "0000", "0000"),
        (14155550100, '"+"0', "+14155550100"),
        (14155550100, "\\+0", "+14155550100"),
        (14155550100, "+0", "+14155550100"),
        (14155550100, "+# ### ### ####", "+1 415 555 0100"),
        (6045550123, "000-000-0000", "604-555-0123"),
        (5550123, "[<=9999999]###-####;(###) ###-####", "555-0123"),
        (6045550123, "[<=9999999]###-####;(###) ###-####", "(604) 555-0123"),
        (1001, '0;"minus "0', "1001"),
        (7, "???", "  7"),
        (7, "###", "7"),
        (42, "[Red]000", "042"),
        (42, "[$-409]000", "042"),
        (42, '"Ext. "000', "Ext. 042"),
    ],
)
def test_a_whole_number_gets_the_shape_of_its_format(value: int, code: str, shown: str) -> None:
    assert shaped(value, code) == shown


@pytest.mark.parametrize(
    "code", ["General", "#,##0", "0.00", "0%", "0.00E+00", "@", '"$"#,##0', "[$€]0", '"only words"', ""]
)
def test_other_formats_say_nothing_of_the_number(code: str) -> None:
    assert shaped(1001, code) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1001", "1001"),
        ("1001.0", "1001"),
        ("1.41555501E10", "14155550100"),
        ("4.41E+11", "441000000000"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.3"),
        ("1E-7", "0.0000001"),
        ("-5", "-5"),
        ("1.23456789012345678E19", "12345678901234600000"),
        ("NaN", "NaN"),
        ("what", "what"),
    ],
)
def test_a_number_is_written_out(number: str, shown: str) -> None:
    assert plain(number) == shown


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("46348", "yyyy-mm-dd", "2026-11-22"),
        ("46348", "mm-dd-yy", "2026-11-22"),
        ("46348", "[$-407]d. mmmm yyyy;@", "2026-11-22"),
        ("46348.5", "d/m/yy h:mm", "2026-11-22 12:00"),
        ("46348.000011574", "h:mm:ss", "2026-11-22 00:00:01"),
        ("0.354166666666667", "h:mm AM/PM", "08:30"),
        ("99999999", "yyyy-mm-dd", "99999999"),
        ("46348", '"Day "0', "Day 46348"),
        ("1.5", "[h]:mm", "1.5"),
    ],
)
def test_dates_and_times_are_written_as_iso_8601(number: str, code: str, shown: str) -> None:
    assert Formats({7: code}, from_1904=False).shown(number, 7) == shown
    assert Formats({}, from_1904=False).shown(number, 7) == plain(number)


def test_days_may_count_from_1904() -> None:
    assert Formats({1: "yyyy-mm-dd"}, from_1904=True).shown("44886", 1) == "2026-11-22"
