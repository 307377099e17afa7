"""Blocks of bytes to records. The csv module does the work per row; what is added here per row is kept small."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, NoReturn

from csvfile.decoding import Text
from csvfile.dialect import Dialect, declared_delimiter, find_delimiter, find_newline
from csvfile.guard import unguard
from csvfile.limits import Limits
from csvfile.lines import Lines, unclosed_quote
from csvfile.problem import FileProblem


class Header(NamedTuple):
    """`line` is 1 unless blank lines, or Excel's line `sep=;`, stand before the header."""

    line: int
    cells: tuple[str, ...]


class Record(NamedTuple):
    """One row; `line` is the physical line in which it begins, the first line of the file being 1."""

    line: int
    cells: tuple[str, ...]


def read(blocks: Iterable[bytes], *, limits: Limits | None = None, raw: bool = False) -> "Reading":
    """Read as far as the header; raises FileProblem. `raw` leaves the apostrophes of guarded cells where they are."""
    return Reading(blocks, limits=limits or Limits(), raw=raw)


class Reading:
    """A file that is being read: iterate over it once to get its records."""

    def __init__(self, blocks: Iterable[bytes], *, limits: Limits, raw: bool) -> None:
        text = Text(blocks)
        self._lines = Lines(text, limits)
        self._raw = raw
        self.blank_lines = 0
        lists = iter(self._lines)
        blank, first = _first_lines(lists)
        delimiter = declared_delimiter(first[0]) if first else None
        if delimiter:
            blank, first = [*blank, "\n"], first[1:]
        delimiter = delimiter or find_delimiter(first)
        self._reader = csv.reader(chain(blank, first, chain.from_iterable(lists)), delimiter=delimiter, strict=True)
        header = next(iter(self), None)
        if header is None:
            raise FileProblem(
                line=1, code="empty_file", message="The file is empty. Fill in the template and upload it."
            )
        self.header = Header(*header)
        if len(header.cells) > limits.columns:
            raise _too_many_columns(header, limits.columns)
        last = self._reader.line_num - len(blank) - 1
        newline = find_newline(first[min(last, len(first) - 1)]) if first else "\n"
        self.dialect = Dialect(delimiter=delimiter, newline=newline, encoding=text.encoding, bom=text.bom)

    def __iter__(self) -> Iterator[Record]:
        reader, lines = self._reader, self._lines
        end = reader.line_num
        try:
            for cells in reader:
                line = end + 1
                lines.read_through = end = reader.line_num
                if not any(map(str.strip, cells)):
                    self.blank_lines += 1
                elif line > lines.guarded_through or self._raw:
                    yield Record(line, tuple(cells))
                else:
                    yield Record(line, tuple(map(unguard, cells)))
        except csv.Error as error:
            _refuse_quotes(error, first=end + 1, last=reader.line_num)


def _first_lines(lists: Iterator[list[str]]) -> tuple[Sequence[str], Sequence[str]]:
    """The blank lines at the top, and the lines from the first other one on as far as they have been read."""
    blank: list[str] = []
    for lines in lists:
        for at, line in enumerate(lines):
            if line.strip():
                return [*blank, *lines[:at]], lines[at:]
        blank += lines
    return blank, []


def _refuse_quotes(error: csv.Error, *, first: int, last: int) -> NoReturn:
    """The csv module's errors are told by their texts only: all but these two concern a quote in a wrong place."""
    reason = str(error)
    if "unexpected end of data" in reason or "field larger" in reason:
        raise unclosed_quote(first) from error
    where = f"in line {last}" if first == last else f"in line {last}, in the row that begins in line {first},"
    raise FileProblem(
        line=first,
        code="stray_quote",
        message=f"The quotation marks (\") {where} don't pair up: after a closing one only a delimiter may follow."
        ' A quotation mark that is part of a cell is written twice (""). The lines after it were not checked.',
    ) from error


def _too_many_columns(header: Record, limit: int) -> FileProblem:
    return FileProblem(
        line=header.line,
        code="too_many_columns",
        message=f"The header has {len(header.cells):,} columns, and at most {limit:,} can be read."
        " Use the template's columns.",
    )
