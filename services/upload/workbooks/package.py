"""The archive that a workbook is: its parts by name, read as streams of XML events, and never more than is allowed."""

import posixpath
import struct
import zlib
from collections.abc import Iterator
from os import SEEK_END
from typing import IO, Final
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml.sax import make_parser  # type: ignore[import-untyped]  # defusedxml comes without types

from services.upload.workbooks.limits import MAX_DIRECTORY, MAX_STILL, Limits
from services.upload.workbooks.problem import WorkbookProblem, unreadable

BLOCK: Final = 65_536

_END: Final = struct.Struct("<4s4H2LH")  # the record at the end of an archive; a comment may follow
_END_64_AT: Final = struct.Struct("<4sLQL")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_MAX_COMMENT: Final = 65_535
_ENCRYPTED: Final = 0x1

#: What is raised by damaged archives, by XML that is none, and (a ValueError) by XML with entities of its own.
_BROKEN: Final = (BadZipFile, zlib.error, EOFError, NotImplementedError, SAXException, ValueError)


class Handler(ContentHandler):
    """Hears XML events. Names come without their prefix: ``begin``, ``end`` and, in between, ``text``."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = False
        self._names: dict[str, str] = {}

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # so it is called in SAX
        """Of SAX: an element begins."""
        self.moved = True
        self.begin(self._names.get(name) or self._local(name), attrs)

    def endElement(self, name: str) -> None:  # noqa: N802  # so it is called in SAX
        """Of SAX: an element ends."""
        self.end(self._names.get(name) or self._local(name))

    def characters(self, content: str) -> None:
        """Of SAX: text."""
        self.text(content)

    def begin(self, name: str, attributes: AttributesImpl) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text, or a part of one."""

    def _local(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self._names) < 1_000:
            self._names[name] = local
        return local


class Package:
    """The parts of an archive. Raises `WorkbookProblem` where they can't be read, or are more than allowed."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        _refuse_large_directory(file)
        try:
            self._archive = ZipFile(file)
        except _BROKEN:
            raise unreadable("it is damaged, or did not arrive whole") from None
        # Names differ in case and slashes by the program that wrote them.
        self._parts = {_plain(info.filename): info for info in self._archive.infolist()}
        self._left = limits.unpacked
        self._limits = limits

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._parts

    def parse(self, name: str, handler: Handler) -> None:
        """Let a handler hear a whole part, if there is such a part."""
        for _ in self.events(name, handler):
            pass

    def events(self, name: str, handler: Handler) -> Iterator[None]:
        """Let a handler hear a part, a block after the other: one turn each."""
        info = self._parts.get(_plain(name))
        if info is None:
            return
        parser = make_parser()
        parser.setContentHandler(handler)
        still = 0
        try:
            for block in self._blocks(info):
                handler.moved = False
                parser.feed(block)
                still = 0 if handler.moved else still + len(block)
                if still > MAX_STILL:
                    raise unreadable("a part of it is not made as workbooks are")
                yield
            parser.close()
        except _BROKEN:
            raise unreadable("it is damaged, or written in a way that is not known here") from None

    def related(self, name: str) -> dict[str, "Relation"]:
        """What a part (or, with an empty name, the workbook) refers to, by its id."""
        folder, base = posixpath.split(name)
        relations = _Relations(folder)
        self.parse(posixpath.join(folder, "_rels", f"{base}.rels"), relations)
        return relations.found

    def _blocks(self, info: ZipInfo) -> Iterator[bytes]:
        if info.flag_bits & _ENCRYPTED:
            raise unreadable("it is protected by a password. Remove the password first")
        with self._archive.open(info) as part:
            while block := part.read(BLOCK):
                self._left -= len(block)
                if self._left < 0:
                    raise _too_large(self._limits)
                yield block


class Relation:
    """A reference to another part: its ``path``, and the last word of its ``kind``."""

    __slots__ = ("kind", "path")

    def __init__(self, kind: str, path: str) -> None:
        self.kind = kind
        self.path = path


class _Relations(Handler):
    def __init__(self, folder: str) -> None:
        super().__init__()
        self.found: dict[str, Relation] = {}
        self._folder = folder

    def begin(self, name: str, attributes: AttributesImpl) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", ""))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = Relation(kind, path)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _too_large(limits: Limits) -> WorkbookProblem:
    return WorkbookProblem(
        "workbook_too_large",
        f"The workbook is larger than {limits.unpacked:,} bytes once it is unpacked, which is the most. Save the sheet"
        " as CSV UTF-8, or split it.",
    )


def _refuse_large_directory(file: IO[bytes]) -> None:
    """The list of the parts is read whole by `ZipFile`, so its length is looked at first."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _MAX_COMMENT - _END.size - _END_64_AT.size))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise unreadable("it is damaged, or did not arrive whole")
    length = _END.unpack_from(tail, at)[5]
    if at >= _END_64_AT.size and tail.startswith(b"PK\x06\x07", at - _END_64_AT.size):
        file.seek(min(_END_64_AT.unpack_from(tail, at - _END_64_AT.size)[2], size))
        record = file.read(_END_64.size)
        length = _END_64.unpack(record)[8] if len(record) == _END_64.size else length
    if length > MAX_DIRECTORY:
        raise unreadable("it has more parts than a workbook has")
