"""How much of a workbook is read. A file of some kilobytes can unpack to any size, so all of it is counted."""

from dataclasses import dataclass
from typing import Final

#: Columns and rows of a sheet, as Excel has them.
MAX_COLUMN: Final = 16_384
MAX_ROW: Final = 1_048_576

#: Cells that a row may have something in: what the CSV reader takes.
MAX_CELLS: Final = 1_000

#: Characters of a cell, as Excel has it.
MAX_TEXT: Final = 32_767

#: Bytes of the list of a workbook's parts, which is held in memory.
MAX_DIRECTORY: Final = 4_194_304

#: Bytes of XML in which nothing begins: no workbook has a name, a number or a text as long.
MAX_STILL: Final = 4_194_304


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``unpacked``: bytes of the parts that are read. ``rows``: rows of a sheet that have something in them."""

    unpacked: int = 268_435_456
    rows: int = 100_000
