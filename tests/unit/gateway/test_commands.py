"""Where a password is read from."""

import io

import pytest

from gateway.commands import ask_password


@pytest.mark.parametrize("typed", ["a b c\n", "a b c\r\n", "a b c", "a b c\nmore\n"])
def test_the_first_line_of_what_is_piped_in_is_the_password(typed: str) -> None:
    assert ask_password(io.StringIO(typed)) == "a b c"
