"""The words of all Seats of a chunk, a column at once: what `words.words_of` gives for each, in a tenth of the time.

A column is folded as one text with a line for each cell, which is right because folding never looks across a line
break. Columns that are not as the template has them (a line break in a cell, a number that is none) are done cell by
cell, and so are cells with words too long for the index.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Final

from services.provisioner.directory import SeatChunk
from services.provisioner.words import MAX_WORD, cut, email_words, fold, name_words, number_words

_PUNCTUATION: Final = re.compile(r"(?:[^\w\n]|_)+")  # but for the line breaks between cells
_DIGITS: Final = re.compile(r"[0-9]+(?:\n[0-9]+)*")
_E164: Final = re.compile(r"\+[0-9]+(?:\n\+[0-9]+)*")
_MACS: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?:\n(?:[0-9a-f]{2}:){5}[0-9a-f]{2})*")
_UNTIDY: Final = ("  ", " \n", "\n ")


def word_rows(chunk: SeatChunk) -> list[str]:
    """For each Seat of the chunk its words, with one space between them."""
    columns = (
        _extensions(chunk.extension),
        _names(chunk.firstname),
        _names(chunk.lastname),
        _numbers(chunk.phone_number, _E164, mark="+"),
        _numbers(chunk.device_mac, _MACS, mark=":"),
        _emails(chunk.email),
    )
    rows = list(map(" ".join, zip(*columns, strict=True)))
    text = "\n".join(("", *rows, ""))
    if any(spaces in text for spaces in _UNTIDY):
        return [" ".join(row.split()) for row in rows]
    return rows


def _extensions(cells: Sequence[str]) -> Sequence[str]:
    if _DIGITS.fullmatch("\n".join(cells)) and not _has_long(cells):
        return cells
    return _one_by_one(cells, lambda cell: (cell,))


def _names(cells: Sequence[str]) -> Sequence[str]:
    folded = fold("\n".join(cells)).split("\n")
    if len(folded) != len(cells) or _has_long(folded):
        return _one_by_one(cells, name_words)
    if "".join(folded).isalnum():
        return folded
    return [one if one.isalnum() else _name(cell) for cell, one in zip(cells, folded, strict=True)]


def _emails(cells: Sequence[str]) -> Sequence[str]:
    text = fold("\n".join(cells))
    folded = text.split("\n")
    if len(folded) != len(cells) or text.split() != folded or _has_long(folded):
        return _one_by_one(cells, email_words)
    parts = [one.rpartition("@") for one in folded]
    names = _PUNCTUATION.sub(" ", "\n".join([name for name, _, _ in parts])).split("\n")
    return [f"{one} {domain} {name}" for one, (_, _, domain), name in zip(folded, parts, names, strict=True)]


def _numbers(cells: Sequence[str | None], shape: re.Pattern[str], *, mark: str) -> Sequence[str]:
    given = list(filter(None, cells))
    if not given:
        return [""] * len(cells)
    text = "\n".join(given)
    if not shape.fullmatch(text) or _has_long(given):
        return _one_by_one([cell or "" for cell in cells], number_words)
    numbers = text.replace(mark, "").split("\n")
    told = [f"{number} <{number[::-1]}" for number in numbers]
    if len(told) == len(cells):
        return told
    coming = iter(told)
    return [next(coming) if cell else "" for cell in cells]


def _has_long(cells: Sequence[str]) -> bool:
    return max(map(len, cells), default=0) >= MAX_WORD


def _one_by_one(cells: Sequence[str], words: Callable[[str], Iterable[str]]) -> Sequence[str]:
    return list(map(partial(_spelled, words), cells))


def _spelled(words: Callable[[str], Iterable[str]], cell: str) -> str:
    return " ".join(cut(words(cell)))


@lru_cache(maxsize=10_000)
def _name(cell: str) -> str:
    """The words of a name that is not a single one: such names are seen again and again."""
    return _spelled(name_words, cell)
