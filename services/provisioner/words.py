"""What a Seat is found by.

A Seat has a set of words; a search finds it when each word searched for begins one of them, which PostgreSQL's own
tsvector indexes without an extension (trigrams cost three times as much for each Seat made). Phone numbers and MACs
are found by their ends too (without the country code, by the last four digits), because each is kept a second time
backwards: two words for the index, where every end of it would be eight. Case, accents and the usual separators of
numbers never matter.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final
from unicodedata import combining, normalize
from uuid import UUID

from services.provisioner.directory import NewSeat
from services.provisioner.listing import Seat

#: Characters of a search text: longer ones find nothing more.
MAX_TEXT = 300

#: Characters: the words of a tsvector and of a tsquery have 2,046 bytes at most.
MAX_WORD: Final = 150

_NUMBER = re.compile(r"[+(]?[\d\s().\-/]{5,}", re.ASCII)
# What may be the end of a phone number or a MAC; a mark stands before those kept backwards, lest they look like others.
_END = re.compile(r"[0-9a-f]{4,}")
_BACKWARDS = "<"
_PUNCTUATION = re.compile(r"[\W_]+")


class _Marks(dict[int, int | None]):
    """For `str.translate`: takes accents off. It learns what each character is when it first meets it."""

    def __missing__(self, character: int) -> int | None:
        kept = None if combining(chr(character)) else character
        self[character] = kept
        return kept


_MARKS: Final = _Marks()


def fold(text: str) -> str:
    """A text without regard to case and accents. Lines stay what they are: each is folded as if it were alone."""
    if text.isascii():
        return text.lower()
    return normalize("NFKD", text.casefold()).translate(_MARKS).casefold()


def words_of(seat: NewSeat | Seat) -> frozenset[str]:
    """The words of a Seat, none empty, none with white space."""
    phrases = chain(
        (seat.extension,),
        name_words(seat.firstname),
        name_words(seat.lastname),
        email_words(seat.email),
        number_words(seat.phone_number or ""),
        number_words(seat.device_mac or ""),
    )
    return frozenset(cut(phrases))


def cut(phrases: Iterable[str]) -> Iterator[str]:
    """The words of phrases, none longer than the index can have."""
    return (word[:MAX_WORD] for phrase in phrases for word in phrase.split())


def searched(text: str) -> tuple[frozenset[str], ...]:
    """What to look for: for each word of the text its spellings, of which one must begin a word of the Seat."""
    if _NUMBER.fullmatch(text.strip()) and _bare(text):
        text = _bare(text)
    spellings = (_spellings(word[:MAX_WORD]) for word in fold(text).split())
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


def tsvector(known: frozenset[str]) -> str:
    """The words of a Seat as a tsvector of PostgreSQL, every word quoted."""
    return " ".join(map(_quoted, sorted(known)))


def _spellings(word: str) -> frozenset[str]:
    bare = _bare(word) or word
    if _END.fullmatch(bare):
        return frozenset({word, bare, _backwards(bare)})
    return frozenset({word, bare})


def name_words(name: str) -> Iterator[str]:
    """What a name is found by."""
    for word in fold(name).split():
        yield word
        if not word.isalnum():
            yield _bare(word)
            yield _spaced(word)


def email_words(email: str) -> Iterator[str]:
    """What an e-mail address is found by: as a whole, by its domain, and by the parts of what stands before it."""
    whole = fold(email)
    local, _, domain = whole.rpartition("@")
    yield whole
    yield domain
    yield _spaced(local)


def number_words(number: str) -> Iterator[str]:
    """What a phone number or a MAC is found by; nothing for none."""
    if number:
        digits = _bare(fold(number))
        yield digits
        yield _backwards(digits)


def _backwards(digits: str) -> str:
    return _BACKWARDS + digits[::-1]


def _bare(word: str) -> str:
    return _PUNCTUATION.sub("", word)


def _spaced(word: str) -> str:
    return _PUNCTUATION.sub(" ", word)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
