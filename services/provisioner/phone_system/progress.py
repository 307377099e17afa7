"""How far a chunk has come at the phone system, as it is kept while its Seats are made."""

import zlib
from dataclasses import dataclass, field

import orjson

from services.provisioner.directory import NotMade


@dataclass(slots=True, kw_only=True)
class Progress:
    """Lines up to ``asked`` may have been called; those neither in ``made`` nor in ``refused`` are in doubt.

    ``broken`` tells of lines that the phone system breaks down over since when it does (seconds since 1970).
    """

    asked: int = 0
    made: set[int] = field(default_factory=set)
    refused: dict[int, NotMade] = field(default_factory=dict)
    broken: dict[int, float] = field(default_factory=dict)

    def is_decided(self, line: int) -> bool:
        """Whether it is known what became of the row."""
        return line in self.made or line in self.refused


def pack(progress: Progress) -> bytes:
    """Progress as bytes, without ``asked``, which is kept beside it."""
    told = {
        "made": sorted(progress.made),
        "refused": [(row.line, row.code, row.message) for row in progress.refused.values()],
        "broken": list(progress.broken.items()),
    }
    return zlib.compress(orjson.dumps(told), 1)


def unpack(stored: bytes, *, asked: int) -> Progress:
    """The progress again; of no bytes, that of a chunk of which nothing was called yet."""
    if not stored:
        return Progress(asked=asked)
    told = orjson.loads(zlib.decompress(stored))
    refused = (NotMade(line=line, code=code, message=message) for line, code, message in told["refused"])
    return Progress(
        asked=asked,
        made=set(told["made"]),
        refused={row.line: row for row in refused},
        broken=dict(told["broken"]),
    )
