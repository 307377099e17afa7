"""How a file is written down, found from its header alone."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`newline` is CRLF, LF or CR; `encoding` is utf-8, utf-16-le or utf-16-be; `bom` tells of a byte order mark."""

    delimiter: str = ","
    newline: str = "\n"
    encoding: str = "utf-8"
    bom: bool = False


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that parts the first record into the most cells, minding quotes; a comma if none does."""
    return max(DELIMITERS, key=lambda delimiter: _cells(lines, delimiter))


def declared_delimiter(line: str) -> str | None:
    """The delimiter that a line `sep=;` names: Excel writes one before the header, and reads it so."""
    name, _, delimiter = line.rstrip("\r\n").partition("=")
    return delimiter if name.lower() == "sep" and delimiter in DELIMITERS else None


def find_newline(line: str) -> str:
    """The end of a line; LF if it has none."""
    return next((end for end in ("\r\n", "\n", "\r") if line.endswith(end)), "\n")


def _cells(lines: Sequence[str], delimiter: str) -> int:
    try:
        return len(next(csv.reader(lines, delimiter=delimiter, strict=True), ()))
    except csv.Error:  # quotes don't fit with this delimiter, or the record goes on beyond these lines
        return -1
