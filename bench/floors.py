"""Parts of the validator's work alone, on one core: no validator that does them is quicker than they are together."""

import csv
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.rivals.seats import sealed, secret_columns

READING: Final = "Splitting cells, with the `csv` module that Python has in C"
SEALING: Final = "Sealing passwords and PINs"


def floors(source: Path) -> Mapping[str, float]:
    """Rows a second of processor time for each part, with the rows of a file as they are."""
    with source.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    at = [header.index(name) for name in secret_columns()]
    with source.open(encoding="utf-8", newline="") as file:
        secrets = [[row[column] for column in at] for row in csv.reader(file)][1:]
    return {
        READING: len(secrets) / _taken(lambda: _read(source)),
        SEALING: len(secrets) / _taken(lambda: _seal(secrets)),
    }


def _taken(work: Callable[[], None]) -> float:
    """Seconds of the quickest of three: what else the core did meanwhile is none of the work."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def _read(source: Path) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def _seal(secrets: Sequence[Sequence[str]]) -> None:
    for at in range(0, len(secrets), 1_000):
        for column in zip(*secrets[at : at + 1_000], strict=True):
            sealed(column)
