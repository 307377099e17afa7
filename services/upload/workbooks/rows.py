"""The rows of a sheet, as people see them: what stands in the cells, in the shape that their formats give it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple
from xml.sax.xmlreader import AttributesImpl

from openpyxl.utils.escape import unescape

from services.upload.workbooks.formats import Formats, moment_text
from services.upload.workbooks.limits import MAX_CELLS, MAX_COLUMN, MAX_ROW, Limits
from services.upload.workbooks.numbers import column_of, whole
from services.upload.workbooks.package import Package
from services.upload.workbooks.problem import WorkbookProblem, unreadable
from services.upload.workbooks.strings import SharedStrings, TextHandler

#: Line breaks in a cell, with what is around them: a line of the CSV is to be a row of the sheet.
_BREAKS: Final = re.compile(r"[ \t]*[\r\n\v\f\x85\u2028\u2029]+[ \t]*")

#: What stands for a formula that no program has computed yet: an error, as spreadsheets have them.
NEVER_COMPUTED: Final = "#CALC!"


class Row(NamedTuple):
    """A row that has something in it: its number as the sheet counts, from 1, and its cells as far as the last one."""

    number: int
    cells: list[str]


def rows_of(package: Package, path: str, *, strings: SharedStrings, formats: Formats, limits: Limits) -> Iterator[Row]:
    """The rows of a sheet in their order. Raises `WorkbookProblem`, also while they are read."""
    handler, given = _Sheet(strings, formats), 0
    for _ in package.events(path, handler):
        given += len(handler.rows)
        if given > limits.rows + 1:
            raise _too_many_rows(limits.rows)
        yield from handler.take_rows()


class _Sheet(TextHandler):
    """Gathers rows. A cell's type says what its value is: a number, a text, the number of a text, a truth, an error."""

    def __init__(self, strings: SharedStrings, formats: Formats) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._strings = strings
        self._formats = formats
        self._number = 0
        self._column = 0
        self._cells: dict[int, str] = {}
        self._type, self._style = "n", 0
        self._is_formula = False

    def take_rows(self) -> list[Row]:
        """The rows that are done."""
        rows, self.rows = self.rows, []
        return rows

    def begin(self, name: str, attributes: AttributesImpl) -> None:
        if name == "c":
            self._column = column_of(attributes.get("r", "")) or self._column + 1
            self._type = attributes.get("t", "n")
            self._style = whole(attributes.get("s"))
            self._is_formula = False
        elif name == "v":
            self.listening = True
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._number = max(whole(attributes.get("r")), self._number + 1)
            self._column = 0
        elif self._type == "inlineStr":
            self.begin_text(name)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        else:
            self.end_text(name)

    def _end_cell(self) -> None:
        value = self.take()
        if not value and self._is_formula and self._type == "n":
            self._cells[self._column] = NEVER_COMPUTED
        if value and (shown := self._shown(value)):
            if not 0 < self._column <= MAX_COLUMN:
                raise unreadable("it has a cell outside of the sheet")
            self._cells[self._column] = shown

    def _end_row(self) -> None:
        cells, self._cells = self._cells, {}
        if not cells:
            return
        if self._number > MAX_ROW:
            raise unreadable("it has a row outside of the sheet")
        width = max(cells)
        if width > MAX_CELLS:
            raise _too_many_columns(self._number)
        self.rows.append(Row(self._number, [cells.get(column, "") for column in range(1, width + 1)]))

    def _shown(self, value: str) -> str:
        match self._type:
            case "s":
                return self._shared(value)
            case "n":
                return self._formats.shown(value.strip(), self._style)
            case "b":
                return "TRUE" if value.strip() == "1" else "FALSE"
            case "d":
                return _moment(value.strip())
            case _:
                return one_line(value)

    def _shared(self, value: str) -> str:
        try:
            return one_line(self._strings.text(int(value)))
        except (IndexError, ValueError):
            raise unreadable("a cell names a text that is not there") from None


def one_line(text: str) -> str:
    """A text as one line, with characters that XML can't have as they were."""
    if "_x" in text:
        characters = unescape(text).encode("utf-16-le", "surrogatepass")
        text = characters.decode("utf-16-le", "replace").replace("\0", "")
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def _moment(value: str) -> str:
    try:
        return moment_text(datetime.fromisoformat(value).replace(tzinfo=None))
    except ValueError:
        return value


def _too_many_rows(most: int) -> WorkbookProblem:
    return WorkbookProblem(
        "too_many_rows",
        f"The sheet has more than {most:,} rows, which is the most that is read from a workbook. Save it as CSV UTF-8,"
        " or split it.",
    )


def _too_many_columns(number: int) -> WorkbookProblem:
    return WorkbookProblem(
        "too_many_columns",
        f"Row {number} of the sheet has something in a cell behind its column {MAX_CELLS:,}. Remove what does not"
        " belong to the table.",
    )
