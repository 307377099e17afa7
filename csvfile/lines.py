"""Text to physical lines, in lists of some thousand at once so that no Python runs per line."""

import io
from collections.abc import Iterator

from csvfile.decoding import Text, Unreadable
from csvfile.guard import MAY_BE_GUARDED
from csvfile.limits import Limits
from csvfile.problem import FileProblem


class Lines:
    """Iterator of lists of lines with their ends (CRLF, LF or lone CR, also mixed).

    Whoever makes records of them sets `read_through` to the last line of the last whole record, so that a record which
    goes on without end is noticed. `guarded_through` is the last line of the last list in which an apostrophe may guard
    a cell: records that begin after it need no look.
    """

    def __init__(self, text: Text, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._given = 0
        self._read_before = -1
        self._running = 0  # characters given since a record was last read through
        self.read_through = 0
        self.guarded_through = 0

    def __iter__(self) -> Iterator[list[str]]:
        rest = ""
        pieces = iter(self._text)
        while True:
            try:
                piece = next(pieces, None)
            except Unreadable as error:
                if rest.endswith("\r"):
                    yield self._count([rest], rest)
                line = self._given + 1
                raise FileProblem(line=line, code=error.code, message=error.message.format(line=line)) from error
            if piece is None:
                break
            text = rest + piece
            lines, rest = split(text)
            if len(rest) > self._limits.line:
                raise self._too_long()
            if lines:
                self._refuse_endless_record(len(text))
                yield self._count(lines, text)
        if rest:
            yield self._count([rest], rest)

    def _count(self, lines: list[str], text: str) -> list[str]:
        self._given += len(lines)
        if "'" in text and MAY_BE_GUARDED.search(text):
            self.guarded_through = self._given
        return lines

    def _too_long(self) -> FileProblem:
        return FileProblem(
            line=self._given + 1,
            code="cell_too_long",
            message=f"Line {self._given + 1} has more than {self._limits.line:,} characters."
            " Is this a CSV file with one row in each line?",
        )

    def _refuse_endless_record(self, size: int) -> None:
        if self._read_before != self.read_through:
            self._read_before, self._running = self.read_through, 0
        self._running += size
        if self._running > max(self._limits.record, size):
            raise unclosed_quote(self.read_through + 1)


def split(text: str) -> tuple[list[str], str]:
    """The whole lines of a text, and what is left; a CR at the very end waits, for a LF may follow."""
    lines = list(io.StringIO(text, newline=""))
    rest = "" if not lines or lines[-1].endswith("\n") else lines.pop()
    return lines, rest


def unclosed_quote(line: int) -> FileProblem:
    """A quoted cell in the record that begins in this line never ends, or runs on beyond all measure."""
    return FileProblem(
        line=line,
        code="unclosed_quote",
        message=f'A quotation mark (") is opened in the row that begins in line {line} and not closed.'
        ' Close it, or write it twice ("") if it is part of the cell.',
    )
