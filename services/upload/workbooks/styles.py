"""Which number format each style of a workbook's cells has. Fonts, colours and all else are passed over."""

from xml.sax.xmlreader import AttributesImpl

from services.upload.workbooks.formats import Formats, builtin
from services.upload.workbooks.numbers import whole
from services.upload.workbooks.package import Handler, Package

_MOST = 100_000  # styles; Excel has 65,490 at most


def formats_of(package: Package, path: str, *, from_1904: bool) -> Formats:
    """The formats by style, as the part of the workbook's styles has them."""
    styles = _Styles()
    package.parse(path, styles)
    codes = {style: code for style, number in enumerate(styles.numbers) if (code := styles.code(number)) != "General"}
    return Formats(codes, from_1904=from_1904)


class _Styles(Handler):
    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []
        self._codes: dict[int, str] = {}
        self._of_cells = False

    def code(self, number: int) -> str:
        return self._codes.get(number) or builtin(number)

    def begin(self, name: str, attributes: AttributesImpl) -> None:
        if name == "numFmt" and len(self._codes) < _MOST:
            self._codes[whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells and len(self.numbers) < _MOST:
            self.numbers.append(whole(attributes.get("numFmtId")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._of_cells = False
