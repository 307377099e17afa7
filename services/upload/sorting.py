"""What arrives goes to the storage as it comes; only what may be a workbook is put aside, for it is stored as CSV."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, Final

from services.upload.receiving import BLOCK, Received, Sink
from services.upload.sources import SourceStore, SourceWriter, storage_errors
from services.upload.workbooks import Limits, Workbook, WorkbookProblem, as_csv, open_workbook
from web.refusals import Refusal

_ARCHIVE: Final = b"PK\x03\x04"

_STATUS: Final = {"workbook_too_large": 413}


class Arriving:
    """A file that is on its way to the storage."""

    def __init__(self, writer: SourceWriter, temporary: Callable[[], IO[bytes]]) -> None:
        self._writer = writer
        self._temporary = temporary
        self._begun: bytes | None = b""
        self.aside: IO[bytes] | None = None

    def write(self, block: bytes) -> None:
        """Take a block. Raises `StorageError`."""
        if self._begun is None:
            self._pass(block)
            return
        self._begun += block
        if len(self._begun) >= len(_ARCHIVE):
            self.end()

    def end(self) -> None:
        """Pass on what was held back to know what it is; to be called when all has come."""
        begun, self._begun = self._begun, None
        if begun is not None and begun.startswith(_ARCHIVE):
            with storage_errors():
                self.aside = self._temporary()
        self._pass(begun or b"")

    def pass_on(self) -> None:
        """Store what was put aside as it is."""
        if self.aside is not None:
            with storage_errors():
                self.aside.seek(0)
                for block in iter(partial(self.aside.read, BLOCK), b""):
                    self._writer.write(block)

    def close(self) -> None:
        """What was put aside is not needed any more."""
        if self.aside is not None:
            self.aside.close()

    def _pass(self, block: bytes) -> None:
        if self.aside is None:
            self._writer.write(block)
            return
        with storage_errors():
            self.aside.write(block)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """How files become what is stored: at most ``max_bytes``, workbooks within their ``limits``."""

    store: SourceStore
    max_bytes: int
    limits: Limits

    def take(self, fill: Callable[[Arriving], Received], writer: SourceWriter, *, sheet: str | None) -> Received:
        """Store what ``fill`` writes; of a workbook one sheet, the first one unless its name is given.

        Raises `StorageError`, a `Refusal` where a workbook can't be read, or what ``fill`` raises.
        """
        arriving = Arriving(writer, self.store.temporary)
        try:
            received = fill(arriving)
            arriving.end()
            if arriving.aside is None:
                return received
            with self._opened(arriving.aside) as workbook:
                if workbook is not None:
                    return self._converted(workbook, received, writer, sheet=sheet)
            arriving.pass_on()
            return received
        finally:
            arriving.close()

    @contextmanager
    def _opened(self, file: IO[bytes]) -> Iterator[Workbook | None]:
        with _refused(), open_workbook(file, limits=self.limits, temporary=self.store.temporary) as workbook:
            yield workbook

    def _converted(
        self, workbook: Workbook, received: Received, writer: SourceWriter, *, sheet: str | None
    ) -> Received:
        chosen = workbook.chosen(sheet)
        sink = Sink(writer, max_bytes=self.max_bytes)
        for block in as_csv(workbook.rows(chosen)) if chosen is not None else ():
            sink.write(block)
        stored = sink.received(received.filename)
        return replace(stored, format="xlsx", sheets=workbook.sheets, sheet=chosen)


@contextmanager
def _refused() -> Iterator[None]:
    with storage_errors():
        try:
            yield
        except WorkbookProblem as problem:
            status = _STATUS.get(problem.code, 422)
            raise Refusal(status, problem.code, problem.message, **problem.told) from None
