"""The texts of a workbook, which its cells name by number: kept on disk, for they may be most of the file."""

import os
from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import IO, Final
from xml.sax.xmlreader import AttributesImpl

from services.upload.workbooks.limits import MAX_TEXT
from services.upload.workbooks.package import Handler, Package
from services.upload.workbooks.problem import unreadable

_REMEMBERED: Final = 4_096  # texts that come again, as departments do


class SharedStrings:
    """The texts by their number."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("Q")
        self._end = 0
        self.text = lru_cache(maxsize=_REMEMBERED)(self._text)

    def add(self, text: str) -> None:
        """The next text."""
        data = text.encode("utf-8", "replace")
        self._file.write(data)
        self._end += len(data)
        self._ends.append(self._end)

    def flush(self) -> None:
        """Called once all have been added."""
        self._file.flush()

    def close(self) -> None:
        """The texts are not needed any more."""
        self._file.close()

    def _text(self, number: int) -> str:
        """A text. Raises `IndexError`."""
        if not 0 <= number < len(self._ends):
            raise IndexError(number)
        start = self._ends[number - 1] if number else 0
        return os.pread(self._file.fileno(), self._ends[number] - start, start).decode("utf-8", "replace")


def shared_strings(package: Package, path: str, *, temporary: Callable[[], IO[bytes]]) -> SharedStrings:
    """Read the part that has them, if the workbook has one."""
    strings = SharedStrings(temporary())
    try:
        package.parse(path, _Strings(strings))
        strings.flush()
    except BaseException:
        strings.close()
        raise
    return strings


class TextHandler(Handler):
    """Gathers the text of an element `si` or `is`: its parts of different looks, without how they are pronounced."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.listening = False
        self._pronunciation = False
        self._length = 0

    def begin_text(self, name: str) -> None:
        """To be called at each beginning within the element."""
        if name == "rPh":
            self._pronunciation = True
        self.listening = name == "t" and not self._pronunciation

    def end_text(self, name: str) -> None:
        """To be called at each end within the element."""
        if name == "rPh":
            self._pronunciation = False
        self.listening = False

    def take(self) -> str:
        """The text, which is done."""
        text = "".join(self.parts)
        self.parts.clear()
        self._length = 0
        return text

    def text(self, text: str) -> None:
        if self.listening:
            self.parts.append(text)
            self._length += len(text)
            if self._length > 2 * MAX_TEXT:
                raise unreadable(f"a cell has more than {MAX_TEXT:,} characters")


class _Strings(TextHandler):
    def __init__(self, strings: SharedStrings) -> None:
        super().__init__()
        self._strings = strings

    def begin(self, name: str, _: AttributesImpl) -> None:
        self.begin_text(name)

    def end(self, name: str) -> None:
        self.end_text(name)
        if name == "si":
            self._strings.add(self.take())
