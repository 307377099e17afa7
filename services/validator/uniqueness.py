"""Values that stand in the file twice, found exactly and in bounded memory: those seen are kept in a file."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import mkstemp

import orjson

_CACHE = 32 * 1024  # KiB of the file that are held in memory


class Seen:
    """The values of each column with the line in which they stood first."""

    def __init__(self, connection: sqlite3.Connection, columns: Sequence[str]) -> None:
        self._connection = connection
        self._tables = {column: f"seen_{number}" for number, column in enumerate(columns)}

    def repeated(self, column: str, values: Sequence[tuple[str, int]]) -> Mapping[int, int]:
        """Note values with their lines, in file order; gives the repeated ones as line → line where it stood first."""
        table = self._tables[column]
        before = self._connection.total_changes
        # The name of a table is a number that was counted above: nothing from outside gets into the statement.
        self._connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", values)  # noqa: S608
        if self._connection.total_changes - before == len(values):
            return {}
        wanted = orjson.dumps([value for value, _ in values]).decode()
        found = self._connection.execute(
            f"SELECT value, line FROM {table} WHERE value IN (SELECT value FROM json_each(?))",  # noqa: S608 (as above)
            (wanted,),
        )
        first: dict[str, int] = dict(found)
        return {line: first[value] for value, line in values if first[value] != line}


@contextmanager
def remembering(columns: Sequence[str], *, folder: Path) -> Iterator[Seen]:
    """A new, empty `Seen`. Its file has no name as soon as it is open, so it is gone however the process ends."""
    descriptor, path = mkstemp(dir=folder, prefix="seen-")
    os.close(descriptor)
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
            _prepare(connection, len(columns))
        finally:
            Path(path).unlink()
        yield Seen(connection, columns)


def _prepare(connection: sqlite3.Connection, tables: int) -> None:
    """No journal and no syncing: the file is of no use to anyone once this process has ended."""
    for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN EXCLUSIVE")
    for number in range(tables):
        connection.execute(f"CREATE TABLE seen_{number} (value TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
