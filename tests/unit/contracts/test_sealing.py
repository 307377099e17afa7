"""Secrets are sealed so that only the key opens them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sealing import NotSealed, Sealer, is_sealed

KEY, OTHER = "k" * 32, "o" * 32


@given(st.text(max_size=60))
def test_what_is_sealed_opens_again(text: str) -> None:
    sealer = Sealer([KEY])
    sealed = sealer.seal(text)
    assert is_sealed(sealed)
    assert sealed.isascii()
    assert sealer.open(sealed) == text


def test_the_same_text_is_never_sealed_the_same() -> None:
    sealer = Sealer([KEY])
    assert sealer.seal("1234") != sealer.seal("1234")
    assert "1234" not in sealer.seal("1234")


def test_a_new_key_first_opens_what_the_old_one_sealed() -> None:
    old = Sealer([OTHER]).seal("1234")
    assert Sealer([KEY, OTHER]).open(old) == "1234"
    with pytest.raises(NotSealed):
        Sealer([KEY]).open(old)


@pytest.mark.parametrize("text", ["1234", "sealed:", "sealed:!!!!", "sealed:AAAA"])
def test_what_was_not_sealed_is_refused(text: str) -> None:
    with pytest.raises(NotSealed):
        Sealer([KEY]).open(text)


def test_an_altered_secret_is_refused() -> None:
    sealer = Sealer([KEY])
    sealed = sealer.seal("123456")
    altered = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(NotSealed):
        sealer.open(altered)


@pytest.mark.parametrize("keys", [[], ["short"], [KEY, "short"]])
def test_a_short_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Sealer(keys)
