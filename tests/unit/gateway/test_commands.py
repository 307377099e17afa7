"""Where a password is read from."""

import io

import pytest

from gateway.commands import ask_password


@pytest.mark.parametrize("typed", ["a b c\n", "a b c\r\n", "a b c", "a b c\nmore\n"])
def test_the_first_line_of_what_is_piped_in_is_the_password(typed: str) -> None:
    assert ask_password(io.StringIO(typed)) == "a b c"


class Terminal(io.StringIO):
    """Where somebody sits and types."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_it_is_asked_for_without_being_shown() -> None:
    asked: list[str] = []

    def prompt(question: str) -> str:
        asked.append(question)
        return "typed unseen"

    assert ask_password(Terminal(), prompt=prompt) == "typed unseen"
    assert asked == ["Password: "]
