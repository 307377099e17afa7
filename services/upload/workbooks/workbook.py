"""A workbook: which sheets it has, and the rows of one of them."""

import posixpath
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Final
from xml.sax.xmlreader import AttributesImpl
from zipfile import is_zipfile

from services.upload.workbooks.limits import Limits
from services.upload.workbooks.package import Handler, Package, Relation
from services.upload.workbooks.problem import WorkbookProblem
from services.upload.workbooks.rows import Row, rows_of
from services.upload.workbooks.strings import shared_strings
from services.upload.workbooks.styles import formats_of

_MOST_SHEETS: Final = 1_000
_WORKBOOK: Final = re.compile(r"workbook\w*\.xml", re.IGNORECASE)
_TRUE: Final = frozenset({"1", "true"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """``sheets`` are the names of those that can be seen, in their order. It can be read while its file is open."""

    sheets: tuple[str, ...]
    _package: Package
    _paths: tuple[str, ...]
    _parts: dict[str, str]
    _from_1904: bool
    _limits: Limits
    _temporary: Callable[[], IO[bytes]]

    def chosen(self, name: str | None) -> str | None:
        """The sheet of this name; without one the first sheet. None where there is no sheet at all.

        Raises `WorkbookProblem` where there is no such sheet that can be seen.
        """
        if not name:
            return self.sheets[0] if self.sheets else None
        found = [sheet for sheet in self.sheets if sheet == name] or [
            sheet for sheet in self.sheets if sheet.strip().casefold() == name.strip().casefold()
        ]
        if not found:
            names = ", ".join(f"“{sheet}”" for sheet in self.sheets[:20])
            message = f"The workbook has no sheet “{name}” that can be seen. It has {names}."
            raise WorkbookProblem("sheet_unknown", message, sheets=list(self.sheets))
        return found[0]

    def rows(self, sheet: str) -> Iterator[Row]:
        """The rows of a sheet that have something in them. Raises `WorkbookProblem`, also while they are read."""
        formats = formats_of(self._package, self._parts.get("styles", ""), from_1904=self._from_1904)
        strings = shared_strings(self._package, self._parts.get("sharedStrings", ""), temporary=self._temporary)
        with closing(strings):
            path = self._paths[self.sheets.index(sheet)]
            yield from rows_of(self._package, path, strings=strings, formats=formats, limits=self._limits)


@contextmanager
def open_workbook(file: IO[bytes], *, limits: Limits, temporary: Callable[[], IO[bytes]]) -> Iterator[Workbook | None]:
    """Open a file, which must be one that can be sought in. None where it is no workbook of this kind.

    ``temporary`` makes files for a while. Raises `WorkbookProblem`.
    """
    if not is_zipfile(file):
        yield None
        return
    package = Package(file, limits)
    main = next((one.path for one in package.related("").values() if one.kind == "officeDocument"), "")
    if not _WORKBOOK.fullmatch(posixpath.basename(main)) or main not in package:
        yield None
        return
    yield _workbook(package, main, limits=limits, temporary=temporary)


def _workbook(package: Package, main: str, *, limits: Limits, temporary: Callable[[], IO[bytes]]) -> Workbook:
    listed = _Sheets()
    package.parse(main, listed)
    related = package.related(main)
    seen = [(name, path) for name, relation in listed.seen if (path := _sheet_path(related.get(relation), package))]
    return Workbook(
        sheets=tuple(name for name, _ in seen),
        _package=package,
        _paths=tuple(path for _, path in seen),
        _parts={one.kind: one.path for one in related.values()},
        _from_1904=listed.from_1904,
        _limits=limits,
        _temporary=temporary,
    )


def _sheet_path(relation: Relation | None, package: Package) -> str:
    """Where a sheet's cells are; empty for a chart, which has none."""
    return relation.path if relation and relation.kind == "worksheet" and relation.path in package else ""


class _Sheets(Handler):
    """The list of sheets that can be seen: name, and id of the reference to its part."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []
        self.from_1904 = False

    def begin(self, name: str, attributes: AttributesImpl) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in _TRUE
        elif name == "sheet" and attributes.get("state", "visible") == "visible" and len(self.seen) < _MOST_SHEETS:
            reference = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.seen.append((attributes.get("name", ""), reference))
