"""How a CSV file is read and written: as people really send it, as a stream, in constant memory.

Reading. `read(blocks)` takes an iterable of byte blocks of any sizes (a file, an HTTP answer) and reads as far as the
header:

    reading = csvfile.read(blocks)                  # raises FileProblem when no header can be had
    reading.header.cells                            # tuple[str, ...], as they stand in the file
    reading.header.line                             # 1, unless blank lines stand before it
    reading.dialect                                 # Dialect(delimiter, newline, encoding, bom)
    for record in reading:                          # once only; may raise FileProblem on its way
        record.line                                 # int: the physical line in which it begins, from 1
        record.cells                                # tuple[str, ...]: may be more or fewer than the header's
    for batch in reading.batches(1_000):            # instead of its records: the same, in less than half the time
        batch.columns                               # the cells of all records as wide as the header, by columns
        batch.lines                                 # where each of these begins
        batch.uneven                                # the records of another width
    for passage in reading.passages():              # read raw, to write it down again: most records as text
        passage.texts                               # of records that need neither quotes nor guards
        passage.lines                               # where each of these begins
        passage.others                              # the other records
    reading.blank_lines                             # int: records skipped so far because all their cells are blank

`read(blocks, raw=True)` gives the cells exactly as they stand in the file; without it, one leading apostrophe that
guards a cell from being run as a formula is taken off (see `guard`).

Writing. `write(rows, dialect)` takes rows of cells (the header is the first of them) and yields byte blocks in UTF-8,
with the delimiter, the line end and the byte order mark of `dialect`; cells that a spreadsheet would run as a formula
get an apostrophe. `write(rows, dialect, raw=True)` is for cells read with `raw=True`: a cell that begins with an
apostrophe already is left as it is, so a file passes through cell for cell. Whatever the way, reading what was written
gives the cells that reading the source gave. `written_rows(columns, delimiter, raw=…)` gives the same text, row by row
and without line ends, of cells that stand in columns, several times as fast.

    reading = csvfile.read(source, raw=True)
    rows = chain([reading.header.cells], (record.cells for record in reading))
    yield from csvfile.write(rows, reading.dialect, raw=True)

What is wrong with the file as a whole is raised as `FileProblem(line, column, code, message)`; its codes are listed in
`csvfile.problem`. Records before it have been given by then, however the file was cut into blocks.
"""

from csvfile.batch import Batch, Record
from csvfile.column_writer import written_rows
from csvfile.dialect import Dialect
from csvfile.guard import guard, guard_raw, unguard
from csvfile.limits import Limits
from csvfile.passage import Passage
from csvfile.problem import FileProblem
from csvfile.reader import Header, Reading, read
from csvfile.writer import write

__all__ = [
    "Batch",
    "Dialect",
    "FileProblem",
    "Header",
    "Limits",
    "Passage",
    "Reading",
    "Record",
    "guard",
    "guard_raw",
    "read",
    "unguard",
    "write",
    "written_rows",
]
