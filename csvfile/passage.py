"""Records that may stand in another file as they stand in this one, found without parting their cells."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import methodcaller
from typing import Final

from csvfile.batch import Record
from csvfile.guard import SUSPECT

_TRIGGERS: Final = SUSPECT - {"'"}  # a cell that begins with one of them has to be guarded, unless it is a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Records that follow each other. ``texts`` are those that are as wide as the header and of which no cell has to be
    quoted or guarded, without their line ends; ``lines`` tells where they stand. ``others`` are all others.
    """

    lines: Sequence[int] = ()
    texts: Sequence[str] = ()
    others: Sequence[Record] = ()


def passage_of(text: str, *, first: int, delimiter: str, width: int) -> tuple[Passage, int] | None:
    """The records of whole lines, of which the first is the file's line ``first``, and how many more are blank.

    None where a record has line breaks in it, or anything that the csv module has to judge.
    """
    if len(text) > csv.field_size_limit():
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    lines = text.removesuffix("\n").split("\n")
    numbers = range(first, first + len(lines))
    starts = {line[:1] for line in lines}
    risky = {start for start in starts if not start.strip(delimiter).strip() or start in _TRIGGERS}
    widths = set(map(methodcaller("count", delimiter), lines))
    if not risky and widths == {width - 1} and '"' not in text and not _suspect(delimiter).search(text):
        return Passage(lines=numbers, texts=lines), 0
    is_plain = [
        line[:1] not in risky
        and line.count(delimiter) == width - 1
        and '"' not in line
        and not _suspect(delimiter).search(line)
        for line in lines
    ]
    return _parted(lines, numbers, is_plain, delimiter)


def _parted(
    lines: Sequence[str], numbers: Sequence[int], is_plain: Sequence[bool], delimiter: str
) -> tuple[Passage, int] | None:
    told = [(number, line) for number, line, plain in zip(numbers, lines, is_plain, strict=True) if not plain]
    try:
        rows = list(csv.reader((line for _, line in told), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(told):  # one of them goes on in the next line
        return None
    others = [Record(number, tuple(cells)) for (number, _), cells in zip(told, rows, strict=True)]
    filled = [record for record in others if any(map(str.strip, record.cells))]
    passage = Passage(
        lines=[number for number, plain in zip(numbers, is_plain, strict=True) if plain],
        texts=[line for line, plain in zip(lines, is_plain, strict=True) if plain],
        others=filled,
    )
    return passage, len(others) - len(filled)


@cache
def _suspect(delimiter: str) -> re.Pattern[str]:
    """Finds a cell, but the first of a line, that may have to be guarded."""
    between = re.escape(delimiter)
    others = "".join(re.escape(character) for character in sorted(_TRIGGERS - {"+", delimiter}))
    return re.compile(rf"{between}(?:[{others}]|\+(?![1-9][0-9]{{6,14}}(?:{between}|\n|\Z)))")
