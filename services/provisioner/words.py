"""What a Seat is found by.

A Seat has a set of words; a search finds it when each word searched for begins one of them, which PostgreSQL's own
tsvector indexes without an extension (trigrams cost three times as much for each Seat made). Case, accents and the
usual separators of numbers never matter.
"""

import re
from collections.abc import Iterator
from unicodedata import combining, normalize
from uuid import UUID

from services.provisioner.directory import NewSeat

#: Characters of a search text: longer ones find nothing more.
MAX_TEXT = 100

# Characters: the words of a tsvector and of a tsquery have 2,046 bytes at most.
_MAX_WORD = 150

_NUMBER = re.compile(r"[+(]?[\d\s().\-/]{5,}", re.ASCII)


def fold(text: str) -> str:
    """A text without regard to case and accents."""
    if text.isascii():
        return text.lower()
    letters = normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not combining(letter)).casefold()


def words_of(seat: NewSeat) -> frozenset[str]:
    """The words of a Seat, none empty, none with white space."""
    found = {*_name_words(seat.firstname), *_name_words(seat.lastname), *_email_words(seat.email), seat.extension}
    if seat.phone_number is not None:
        found.update(_number_words(seat.phone_number))
    if seat.device_mac is not None:
        digits = _bare(fold(seat.device_mac))
        found.update((digits, digits[-6:]))
    return frozenset(word[:_MAX_WORD] for phrase in found for word in phrase.split())


def searched(text: str) -> tuple[frozenset[str], ...]:
    """What to look for: for each word of the text its spellings, of which one must begin a word of the Seat."""
    if _NUMBER.fullmatch(text.strip()) and _bare(text):
        text = _bare(text)
    spellings = (_spellings(word[:_MAX_WORD]) for word in fold(text).split())
    return tuple(spellings)


def as_user_id(text: str) -> UUID | None:
    """The User ID, where that is what the text is."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def tsquery(wanted: tuple[frozenset[str], ...]) -> str:
    """The same as a tsquery of PostgreSQL, every word quoted."""
    return " & ".join("(" + " | ".join(f"{_quoted(word)}:*" for word in sorted(one)) + ")" for one in wanted)


def _spellings(word: str) -> frozenset[str]:
    return frozenset({word, _bare(word) or word})


def _name_words(name: str) -> Iterator[str]:
    for word in fold(name).split():
        yield word
        if not word.isalnum():
            yield _bare(word)
            yield _spaced(word)


def _email_words(email: str) -> Iterator[str]:
    whole = fold(email)
    local, _, domain = whole.rpartition("@")
    yield whole
    yield domain
    yield _spaced(local)


def _number_words(number: str) -> Iterator[str]:
    """The number with and without its country code (1 to 3 digits), and its last four digits."""
    digits = _bare(number)
    yield digits
    yield from (digits[start:] for start in (1, 2, 3, len(digits) - 4) if len(digits) - start >= 4)


def _bare(word: str) -> str:
    return "".join(filter(str.isalnum, word))


def _spaced(word: str) -> str:
    return "".join(letter if letter.isalnum() else " " for letter in word)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
