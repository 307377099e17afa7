"""Settings are typed, named when they are wrong, and may stand in a file."""

from pathlib import Path

import pytest

from settings import BadSetting, Environment


def test_a_text_must_be_given_and_blank_is_not() -> None:
    assert Environment({"A": " x "}).text("A") == "x"
    for values in ({}, {"A": ""}, {"A": "  "}):
        with pytest.raises(BadSetting, match="A is not set"):
            Environment(values).text("A")
    assert Environment({}).optional("A") is None


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    assert Environment({"A_FILE": str(secret)}).text("A") == "s3cret"
    assert Environment({"A": "x", "A_FILE": str(secret)}).text("A") == "x"
    secret.write_text("\n")
    assert Environment({"A_FILE": str(secret)}).optional("A") is None
    with pytest.raises(BadSetting, match=r"A_FILE: .* can't be read"):
        Environment({"A_FILE": str(tmp_path / "none")}).text("A")


def test_several_texts() -> None:
    assert Environment({"A": "x, y,"}).texts("A") == ("x", "y")


@pytest.mark.parametrize(("value", "number"), [("", 7), ("1", 1), ("0042", 42)])
def test_a_number(value: str, number: int) -> None:
    assert Environment({"A": value}).number("A", default=7) == number


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "\u0661", "1" * 30])
def test_what_is_not_such_a_number_is_named(value: str) -> None:
    with pytest.raises(BadSetting, match="A must be a whole number of 1 or more"):
        Environment({"A": value}).number("A", default=7)


def test_nought_may_be_allowed() -> None:
    assert Environment({"A": "0"}).number("A", default=7, least=0) == 0


@pytest.mark.parametrize(("value", "yes"), [("", True), ("Yes", True), ("no", False), ("0", False), ("ON", True)])
def test_yes_or_no(value: str, yes: bool) -> None:
    assert Environment({"A": value}).yes("A", default=True) is yes


def test_anything_else_is_neither() -> None:
    with pytest.raises(BadSetting, match="A must be yes or no, not 'maybe'"):
        Environment({"A": "maybe"}).yes("A", default=True)


def test_a_choice() -> None:
    assert Environment({"A": "JSON"}).choice("A", ("text", "json"), default="text") == "json"
    assert Environment({}).choice("A", ("text", "json"), default="text") == "text"
    with pytest.raises(BadSetting, match="A must be text or json, not 'xml'"):
        Environment({"A": "xml"}).choice("A", ("text", "json"), default="text")
