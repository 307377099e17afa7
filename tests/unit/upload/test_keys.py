"""Idempotency keys, and the fingerprint of a request."""

from string import printable

from hypothesis import given
from hypothesis import strategies as st

from services.upload.jobs import fingerprint
from web.idempotency import is_key

VALUES = st.dictionaries(st.text(max_size=5), st.none() | st.integers(-9, 9) | st.text(max_size=5), max_size=4)


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255))
def test_visible_ascii_is_a_key(text: str) -> None:
    assert is_key(text)


@given(st.text(min_size=1), st.characters(exclude_characters=printable))
def test_anything_else_is_not(text: str, strange: str) -> None:
    assert not is_key(text + strange)
    assert not is_key(strange + text)
    assert not any(is_key(wrong) for wrong in ("", " ", "a b", "a\n", "a\t", "x" * 256))


@given(VALUES, VALUES)
def test_equal_requests_alone_have_equal_fingerprints(one: dict[str, object], other: dict[str, object]) -> None:
    shuffled = dict(reversed(one.items()))
    assert fingerprint(shuffled) == fingerprint(one)
    assert (fingerprint(one) == fingerprint(other)) == (one == other)
