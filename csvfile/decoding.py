"""Bytes to text: UTF-8 with or without byte order mark, UTF-16 with one, and nothing else."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from csvfile.kinds import refuse_other_kinds

BLOCK = 65_536  # bytes decoded at once, however the source was cut: what is told about a file must not depend on that
_SAMPLE = 4_096  # bytes on both sides of the first bad one that the encoding is guessed from

#: Encodings that spreadsheets still write, the most usual first, and what people call them.
_USUAL: Final = {
    "cp1252": "Windows-1252, which Excel calls just CSV",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp949": "Korean (Windows-949)",
}

_Decode = Callable[[bytes, str, bool], tuple[str, int]]
_MARKS: tuple[tuple[bytes, str, _Decode], ...] = (
    (codecs.BOM_UTF8, "utf-8", codecs.utf_8_decode),
    (codecs.BOM_UTF16_LE, "utf-16-le", codecs.utf_16_le_decode),
    (codecs.BOM_UTF16_BE, "utf-16-be", codecs.utf_16_be_decode),
)


class Unreadable(Exception):
    """Bytes that are no text; the line is not known here and is added by the one who splits lines."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message  # has `{line}` in it


class Text:
    """Iterator of pieces of text; `encoding` and `bom` are known from the start."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = regular(blocks)
        self._start = next(self._blocks, b"")
        refuse_other_kinds(self._start)
        self.encoding, self.bom = "utf-8", False
        self._decode: _Decode = codecs.utf_8_decode
        self._offset = 0
        for mark, encoding, decode in _MARKS:
            if self._start.startswith(mark):
                self.encoding, self.bom, self._decode = encoding, True, decode
                self._offset = len(mark)
                self._start = self._start[len(mark) :]

    def __iter__(self) -> Iterator[str]:
        """Raises Unreadable after the text before the bad byte has been given."""
        data = self._start
        for block in self._blocks:
            yield from self._readable(data, final=False)
            data = self._rest + block
        yield from self._readable(data, final=True)

    def _readable(self, data: bytes, *, final: bool) -> Iterator[str]:
        try:
            text, used = self._decode(data, "strict", final)
        except UnicodeDecodeError as error:
            before = self._decode(data[: error.start], "strict", True)[0]
            yield from self._without_nul(before)
            raise _wrong_encoding(data, error.start, self._offset + error.start, self.encoding) from error
        yield from self._without_nul(text)
        self._rest = data[used:]
        self._offset += used

    def _without_nul(self, text: str) -> Iterator[str]:
        at = text.find("\0")
        if at < 0:
            yield text
            return
        yield text[:at]
        raise _nul_byte(self._offset + len(text[:at].encode(self.encoding)))


def regular(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of BLOCK bytes, the last one shorter."""
    gathered = bytearray()
    for block in blocks:
        gathered += block
        while len(gathered) >= BLOCK:
            yield bytes(gathered[:BLOCK])
            del gathered[:BLOCK]
    if gathered:
        yield bytes(gathered)


def _nul_byte(offset: int) -> Unreadable:
    return Unreadable(
        "nul_byte",
        f"Line {{line}} holds a NUL byte (at byte {offset:,}), which no CSV file has. The file may be damaged,"
        " not a text file, or UTF-16 without a byte order mark. Save it as CSV UTF-8 and upload it again.",
    )


def _wrong_encoding(data: bytes, start: int, offset: int, encoding: str) -> Unreadable:
    hint = _guess(data[max(0, start - _SAMPLE) : start + _SAMPLE]) if encoding == "utf-8" else ""
    looks = f" It looks like {hint}." if hint else ""
    return Unreadable(
        "wrong_encoding",
        f"The file is not valid {encoding.upper()}: byte 0x{data[start]:02X} in line {{line}} (at byte {offset:,})"
        f" can't be read.{looks} Save it as CSV UTF-8 and upload it again.",
    )


def _guess(sample: bytes) -> str:
    """The name of the encoding that a sample may be in, or nothing. Only ever a hint: guesses are often wrong."""
    import charset_normalizer  # here because it is slow to import and hardly ever needed

    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_USUAL)).best()
    return next((name for code, name in _USUAL.items() if best and code in best.could_be_from_charset), "")
