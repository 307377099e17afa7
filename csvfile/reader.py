"""Blocks of bytes to records, or to columns of them. What is added per row to the csv module's work is kept small."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress
from typing import NamedTuple, NoReturn

from csvfile.batch import Batch, Gathering, Record
from csvfile.columns import Columns, columns_of
from csvfile.decoding import Text
from csvfile.dialect import Dialect, declared_delimiter, find_delimiter, find_newline
from csvfile.guard import unguard
from csvfile.limits import Limits
from csvfile.lines import Lines, count, split, unclosed_quote
from csvfile.passage import Passage, passage_of
from csvfile.problem import FileProblem


class Header(NamedTuple):
    """`line` is 1 unless blank lines, or Excel's line `sep=;`, stand before the header."""

    line: int
    cells: tuple[str, ...]


def read(blocks: Iterable[bytes], *, limits: Limits | None = None, raw: bool = False) -> "Reading":
    """Read as far as the header; raises FileProblem. `raw` leaves the apostrophes of guarded cells where they are."""
    return Reading(blocks, limits=limits or Limits(), raw=raw)


class Reading:
    """A file that is being read: iterate over it once to get its records, or over its `batches`."""

    def __init__(self, blocks: Iterable[bytes], *, limits: Limits, raw: bool) -> None:
        text = Text(blocks)
        self._lines = Lines(text, limits)
        self._texts = iter(self._lines)
        self._raw = raw
        self._aside = ""  # text that is to go through the csv module before any other
        self._passed = 0  # lines that did not go through it
        self.blank_lines = 0
        blank, first = _first_lines(map(split, self._texts))
        delimiter = declared_delimiter(first[0]) if first else None
        if delimiter:
            blank, first = [*blank, "\n"], first[1:]
        delimiter = delimiter or find_delimiter(first)
        self._begun = iter([*blank, *first])  # the lines of the text that the csv module is reading
        through = chain(self._begun, chain.from_iterable(self._split_texts()))
        self._reader = csv.reader(through, delimiter=delimiter, strict=True)
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
        reader, lines, passed = self._reader, self._lines, self._passed
        end = passed + reader.line_num
        try:
            for cells in reader:
                line = end + 1
                lines.read_through = end = passed + reader.line_num
                if not any(map(str.strip, cells)):
                    self.blank_lines += 1
                elif line > lines.guarded_through or self._raw:
                    yield Record(line, tuple(cells))
                else:
                    yield Record(line, tuple(map(unguard, cells)))
        except csv.Error as error:
            _refuse_quotes(error, first=end + 1, last=passed + reader.line_num)

    def batches(self, size: int) -> Iterator[Batch]:
        """The records by ``size``, the last batch of fewer. The same as iterating gives, and several times as fast."""
        gathering = Gathering(size=size, width=len(self.header.cells))
        try:
            begun = "".join(self._begun)
            if begun:
                yield from self._part(begun, gathering, is_rest=True)
            for text in self._texts:
                yield from self._part(text, gathering)
        except FileProblem:
            yield from gathering.rest()
            raise
        yield from gathering.rest()

    def passages(self) -> Iterator[Passage]:
        """The records for whoever writes them down again, most of them as text; only of a file that is read raw."""
        begun = "".join(self._begun)
        if begun:
            yield from self._passage(begun, is_rest=True)
        for text in self._texts:
            yield from self._passage(text)

    def _passage(self, text: str, *, is_rest: bool = False) -> Iterator[Passage]:
        lines = count(text)
        if not is_rest:
            self._lines.has(lines)
        end = self._lines.given
        found = passage_of(text, first=end + 1 - lines, delimiter=self.dialect.delimiter, width=len(self.header.cells))
        if found is not None:
            self._passed += lines
            self._lines.read_through = end
            self.blank_lines += found[1]
            yield found[0]
            return
        self._aside = text
        for records in self._records():
            yield Passage(others=records)

    def _part(self, text: str, gathering: Gathering, *, is_rest: bool = False) -> Iterator[Batch]:
        """A text that begins with a record: by columns if each line is a whole row, else by records."""
        columns = columns_of(text, self.dialect.delimiter, gathering.width)
        if columns is None:
            self._aside = text
            for records in self._records():
                yield from gathering.take_records(records)
            return
        rows = len(columns[0])
        if not is_rest:
            self._lines.has(rows)
        self._passed += rows
        end = self._lines.given
        lines: Sequence[int] = range(end + 1 - rows, end + 1)
        guarded = not self._raw and lines[0] <= self._lines.guarded_through
        self._lines.read_through = end
        lines, columns = self._without_blank(lines, columns)
        yield from gathering.take(lines, [_unguarded(cells) for cells in columns] if guarded else columns)

    def _records(self) -> Iterator[list[Record]]:
        """As many records as it takes until one ends where the text ends that was read last, in one list."""
        records: list[Record] = []
        try:
            for record in self:
                records.append(record)
                if self._passed + self._reader.line_num == self._lines.given:
                    break
        except FileProblem:
            yield records
            raise
        yield records

    def _without_blank(self, lines: Sequence[int], columns: Columns) -> tuple[Sequence[int], Columns]:
        if all(map(str.strip, columns[0])):
            return lines, columns
        maybe = [row for row, cell in enumerate(columns[0]) if not cell.strip()]
        blank = {row for row in maybe if not any(cells[row].strip() for cells in columns)}
        if not blank:
            return lines, columns
        self.blank_lines += len(blank)
        kept = [row not in blank for row in range(len(lines))]
        return list(compress(lines, kept)), [list(compress(cells, kept)) for cells in columns]

    def _split_texts(self) -> Iterator[Iterator[str]]:
        while True:
            text, self._aside = self._aside or next(self._texts, ""), ""
            if not text:
                return
            self._begun = iter(split(text))
            yield self._begun


def _first_lines(lists: Iterator[list[str]]) -> tuple[Sequence[str], Sequence[str]]:
    """The blank lines at the top, and the lines from the first other one on as far as they have been read."""
    blank: list[str] = []
    for lines in lists:
        for at, line in enumerate(lines):
            if line.strip():
                return [*blank, *lines[:at]], lines[at:]
        blank += lines
    return blank, []


def _unguarded(cells: Sequence[str]) -> list[str]:
    return [unguard(cell) if cell[:1] == "'" else cell for cell in cells]


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
