"""What can be wrong with a file's header."""

from collections.abc import Iterator, Sequence

import csvfile
from contracts.problems import Problem
from contracts.template import HeaderMatch, Template
from contracts.template.header import Chosen
from contracts.template.schema import trim
from services.validator.problems import shortened


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
        message = f"The columns {places} both mean {doubled.column}. Keep one of them."
        yield Problem(line=header.line, column=doubled.column, code="doubled_column", message=message)
    for column in match.missing:
        like = next((u for u in match.unknown if u.nearest == column.name), None)
        hint = f" Is {_quoted(like.name)} meant? Then rename it." if like else ""
        message = f"The column {column.name} ({column.label}) is missing, and every row needs it.{hint}"
        yield Problem(line=header.line, column=column.name, code="missing_column", message=message)


def unnamed(match: HeaderMatch) -> Sequence[int]:
    """Positions without a name, such as those that trailing delimiters make: harmless while no row has a cell there."""
    return [unknown.position for unknown in match.unknown if not unknown.name]


def _unknown(match: HeaderMatch, header: csvfile.Header) -> Iterator[Problem]:
    for unknown in match.unknown:
        if unknown.name:
            name = _shown(unknown.name)
            hint = f"Did you mean {unknown.nearest}?" if unknown.nearest else "Remove it, or rename it."
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
