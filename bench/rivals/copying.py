"""The limit: COPY of rows as they are stored into the same Seat table, on one connection, in one transaction."""

from pathlib import Path

import psycopg

from bench.rivals.task import Task, measured

_BLOCK = 1 << 18


def copy(task: Task) -> None:
    """``task.source`` is what COPY … TO gave of the same rows."""
    with psycopg.connect(task.dsn) as connection, Path(task.source).open("rb") as file, measured(task):
        with connection.cursor() as cursor, cursor.copy("COPY seats FROM STDIN") as target:
            while block := file.read(_BLOCK):
                target.write(block)
        connection.commit()
