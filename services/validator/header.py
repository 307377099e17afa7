"""What can be wrong with a file's header."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Final

import csvfile
from contracts.problems import Problem
from contracts.template import HeaderMatch, Template
from contracts.template.header import Chosen
from contracts.template.schema import trim
from services.validator.problems import shortened

#: How far below a first line that is no header one is looked for, and how many known names make one.
_LOOKED_AT: Final = 20
_KNOWN: Final = 2


def match_header(template: Template, header: csvfile.Header, chosen: Chosen) -> HeaderMatch:
    """Which column each header cell means, by what is ``chosen`` for it or by its name.

    White space and marks without width around a name do not count.
    """
    return template.match_header(
        [trim(name) for name in header.cells], {trim(cell): column for cell, column in chosen.items()}
    )


def header_problems(match: HeaderMatch, header: csvfile.Header) -> Iterator[Problem]:
    """Unknown, doubled and missing columns, in this order, each naming the columns."""
    yield from _unknown(match, header)
    for doubled in match.doubled:
        places = _and([f"{place + 1} ({_quoted(header.cells[place])})" for place in doubled.positions])
        message = f"The columns {places} both mean {doubled.column}. Keep one of them, or choose to ignore one."
        yield Problem(line=header.line, column=doubled.column, code="doubled_column", message=message)
    for column in match.missing:
        like = next((u for u in match.unknown if u.nearest == column.name), None)
        hint = "Add it, or choose which column of the file it is."
        if like:
            hint = f"Is {_quoted(like.name)} meant? Then rename it, or choose it."
        message = f"The column {column.name} ({column.label}) is missing, and every row needs it. {hint}"
        yield Problem(line=header.line, column=column.name, code="missing_column", message=message)


def missing_header(template: Template, reading: csvfile.Reading, match: HeaderMatch) -> Problem | None:
    """A problem where the first line is plainly no header: a title, with the header further down, or already a row.

    Records are read to find out, so none may be wanted any more.
    """
    if any(match.columns) or not any(unknown.name for unknown in match.unknown):
        return None
    line, names = reading.header.line, tuple(map(trim, reading.header.cells))
    found = _header_below(template, reading)
    if found is not None:
        message = (
            f"Line {line} is not the header: line {found} looks like it. Remove what stands above line {found}, so "
            "that the names of the columns come first."
        )
    elif not match.is_no_header(names):
        return None  # names that are not known: they are told one by one
    elif sum(map(bool, names)) == 1:
        message = (
            f"Line {line} is not a header: it names none of the template's columns. Put a line at the top that names "
            "them."
        )
    else:
        message = (
            f"Line {line} looks like a row, and the header is missing. Put a line above it that names the columns, as "
            "the template has it."
        )
    return Problem(line=line, column=None, code="no_header", message=message)


def _header_below(template: Template, reading: csvfile.Reading) -> int | None:
    """The line of the next record whose cells are mostly names of columns."""
    with suppress(csvfile.FileProblem):
        for record in islice(reading, _LOOKED_AT):
            cells = [cell for cell in map(trim, record.cells) if cell]
            known = sum(column is not None for column in template.match_header(cells).columns)
            if known >= _KNOWN and 2 * known > len(cells):
                return record.line
    return None


def unnamed(match: HeaderMatch) -> Sequence[int]:
    """Positions without a name, such as those that trailing delimiters make: harmless while no row has a cell there."""
    return [unknown.position for unknown in match.unknown if not unknown.name]


def _unknown(match: HeaderMatch, header: csvfile.Header) -> Iterator[Problem]:
    for unknown in match.unknown:
        if unknown.name:
            name = _shown(unknown.name)
            hint = (
                f"Did you mean {unknown.nearest}?"
                if unknown.nearest
                else "Rename it, remove it, or choose to ignore it."
            )
            message = f"The template has no column {_quoted(name)} (column {unknown.position + 1} of the file). {hint}"
            yield Problem(
                line=header.line,
                column=name,
                code="unknown_column",
                message=message,
                value=name,
                suggestion=unknown.nearest,
            )


def _quoted(name: str) -> str:
    return f"“{_shown(name.strip())}”"


def _shown(name: str) -> str:
    """A name as it is told. Where the header is missing, cells stand in its place: digits may be a password."""
    return shortened(name) if any(map(str.isalpha, name)) else "…"


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
