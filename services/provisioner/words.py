"""What a Seat is found by.

A Seat has a set of words; a search finds it when each word searched for begins one of them, which PostgreSQL's own
tsvector indexes without an extension (trigrams cost three times as much for each Seat made). Phone numbers and MACs
are found by their ends too (without the country code, by the last four digits), because each is kept a second time
backwards: two words for the index, where every end of it would be eight. Case, accents and the usual separators of
numbers never matter.
"""

import re
from collections.abc import Iterator
from unicodedata import combining, normalize
from uuid import UUID

from services.provisioner.directory import NewSeat

#: Characters of a search text: longer ones find nothing more.
MAX_TEXT = 300

# Characters: the words of a tsvector and of a tsquery have 2,046 bytes at most.
_MAX_WORD = 150

_NUMBER = re.compile(r"[+(]?[\d\s().\-/]{5,}", re.ASCII)
# What may be the end of a phone number or a MAC; a mark stands before those kept backwards, lest they look like others.
_END = re.compile(r"[0-9a-f]{4,}")
_BACKWARDS = "<"
_PUNCTUATION = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """A text without regard to case and accents."""
    if text.isascii():
        return text.lower()
    letters = normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not combining(letter)).casefold()


def words_of(seat: NewSeat) -> frozenset[str]:
    """The words of a Seat, none empty, none with white space."""
    found = {*_name_words(seat.firstname), *_name_words(seat.lastname), *_email_words(seat.email), seat.extension}
    for number in (seat.phone_number, seat.device_mac):
        if number is not None:
            digits = _bare(fold(number))
            found.update((digits, _backwards(digits)))
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
    bare = _bare(word) or word
    if _END.fullmatch(bare):
        return frozenset({word, bare, _backwards(bare)})
    return frozenset({word, bare})


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


def _backwards(digits: str) -> str:
    return _BACKWARDS + digits[::-1]


def _bare(word: str) -> str:
    return _PUNCTUATION.sub("", word)


def _spaced(word: str) -> str:
    return _PUNCTUATION.sub(" ", word)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
