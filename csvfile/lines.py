"""Text to physical lines, some hundreds at once so that no Python runs per line."""

import io
from collections.abc import Iterator

from csvfile.decoding import Text, Unreadable
from csvfile.guard import may_guard
from csvfile.limits import Limits
from csvfile.problem import FileProblem


class Lines:
    """Iterator of texts of whole lines with their ends (CRLF, LF or lone CR, also mixed); `split` parts them.

    `given` counts the lines so far; whoever knows how many are in the last text may say so by `has`. Whoever makes
    records of them sets `read_through` to the last line of the last whole record, so that a record which goes on
    without end is noticed. `guarded_through` is the last line of the last text in which an apostrophe may guard a cell:
    records that begin after it need no look.
    """

    def __init__(self, text: Text, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._read_before = -1
        self._running = 0  # characters given since a record was last read through
        self._before = 0  # lines before the last text
        self._last = ""
        self._in_last: int | None = 0
        self.read_through = 0
        self.guarded_through = 0

    @property
    def given(self) -> int:
        """Lines that were given so far."""
        if self._in_last is None:
            self._in_last = count(self._last)
        return self._before + self._in_last

    def has(self, lines: int) -> None:
        """The last text has so many lines."""
        self._in_last = lines

    def __iter__(self) -> Iterator[str]:
        rest = ""
        pieces = iter(self._text)
        while True:
            try:
                piece = next(pieces, None)
            except Unreadable as error:
                if rest.endswith("\r"):
                    yield self._noted(rest)
                line = self.given + 1
                raise FileProblem(line=line, code=error.code, message=error.message.format(line=line)) from error
            if piece is None:
                break
            text = rest + piece
            end = _end_of_lines(text)
            rest = text[end:]
            if len(rest) > self._limits.line:
                raise self._too_long()
            if end:
                self._refuse_endless_record(len(text))
                yield self._noted(text[:end])
        if rest:
            yield self._noted(rest)

    def _noted(self, text: str) -> str:
        self._before, self._last, self._in_last = self.given, text, None
        if "'" in text and may_guard(text):
            self.guarded_through = self.given
        return text

    def _too_long(self) -> FileProblem:
        return FileProblem(
            line=self.given + 1,
            code="cell_too_long",
            message=f"Line {self.given + 1} has more than {self._limits.line:,} characters."
            " Is this a CSV file with one row in each line?",
        )

    def _refuse_endless_record(self, size: int) -> None:
        if self._read_before != self.read_through:
            self._read_before, self._running = self.read_through, 0
        self._running += size
        if self._running > max(self._limits.record, size):
            raise unclosed_quote(self.read_through + 1)


def split(text: str) -> list[str]:
    """The lines of a text, with their ends."""
    return list(io.StringIO(text, newline=""))


def count(text: str) -> int:
    """How many lines a text has; the last one may have no end."""
    ends = text.count("\n")
    if "\r" in text:
        ends += text.count("\r") - text.count("\r\n")
    return ends if text.endswith(("\n", "\r")) else ends + 1


def unclosed_quote(line: int) -> FileProblem:
    """A quoted cell in the record that begins in this line never ends, or runs on beyond all measure."""
    return FileProblem(
        line=line,
        code="unclosed_quote",
        message=f'A quotation mark (") is opened in the row that begins in line {line} and not closed.'
        ' Close it, or write it twice ("") if it is part of the cell.',
    )


def _end_of_lines(text: str) -> int:
    """Where the last whole line ends; a CR at the very end waits, for a LF may follow."""
    return max(text.rfind("\n"), text.rfind("\r", 0, max(0, len(text) - 1))) + 1
