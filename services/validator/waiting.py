"""Chunks that wait until chunks before them have been made, so that a slow provisioner fills no queue.

A job's file begins with offsets, big-endian and of 64 bits: where each of its chunks begins, and where the last one
ends. The chunks follow, each the body of its `seats.accepted.v1`, compressed. The nth of them is the one that is
published when chunk n of the job has been provisioned, so the first window of chunks, which waits for none, is not in
the file, and its length can be changed between any two jobs.
"""

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final
from uuid import UUID

import orjson
from marshmallow import ValidationError

from contracts.messages import SCHEMAS, SeatsAcceptedV1
from messaging.errors import Retry
from services.validator.accepted import AcceptedFiles

BLOCK: Final = 131_072  # bytes
_OFFSET: Final = struct.Struct(">Q")
_PAIR: Final = struct.Struct(">QQ")
_LEVEL: Final = 1  # of compression: sealed secrets are most of what takes room, and can't be made smaller


class WaitingChunks:
    """The waiting chunks of all jobs, in ``files``; they are put together in ``folder``."""

    def __init__(self, files: AcceptedFiles, *, folder: Path) -> None:
        self._files = files
        self._folder = folder

    def keep(self, account: str, job_id: UUID, chunks: Iterable[SeatsAcceptedV1]) -> int | None:
        """Let these chunks wait, unless the job's chunks wait already; how many wait now. None: the job is over."""
        with TemporaryFile(dir=self._folder) as file:
            index = _packed(chunks, file)
            size = len(index) + file.tell()
            file.seek(0)
            self._files.put(account, job_id, _blocks(index, file), size=size)
        kept = self._files.read(account, job_id, 0, _OFFSET.size)
        return None if kept is None else _count_of(kept)

    def after(self, account: str, job_id: UUID, chunk: int) -> SeatsAcceptedV1 | None:
        """The chunk whose turn it is when ``chunk`` has been provisioned, if there is one. Raises `Retry`."""
        index = self._files.read(account, job_id, 0, (chunk + 1) * _OFFSET.size)
        if index is None or chunk > _count_of(index):
            return None
        start, stop = _PAIR.unpack_from(index, (chunk - 1) * _OFFSET.size)
        body = self._files.read(account, job_id, start, stop)
        return None if body is None else _unpacked(body, job_id)


def _packed(chunks: Iterable[SeatsAcceptedV1], file: IO[bytes]) -> bytes:
    """Write the chunks to the file, one at a time; the offsets that go before them."""
    ends = array("Q", [0])
    for chunk in chunks:
        body = orjson.dumps(SCHEMAS[SeatsAcceptedV1.TYPE].dump(chunk))
        ends.append(ends[-1] + file.write(zlib.compress(body, _LEVEL)))
    first = len(ends) * _OFFSET.size
    return b"".join(_OFFSET.pack(first + end) for end in ends)


def _blocks(index: bytes, file: IO[bytes]) -> Iterator[bytes]:
    yield index
    yield from iter(partial(file.read, BLOCK), b"")


def _count_of(index: bytes) -> int:
    """How many chunks the file has, as its first offset tells."""
    (first,) = _OFFSET.unpack_from(index)
    return int(first) // _OFFSET.size - 1


def _unpacked(body: bytes, job_id: UUID) -> SeatsAcceptedV1:
    try:
        chunk = SCHEMAS[SeatsAcceptedV1.TYPE].load(orjson.loads(zlib.decompress(body)))
    except (zlib.error, orjson.JSONDecodeError, ValidationError):
        raise Retry("the stored chunk is damaged") from None  # the error itself would quote rows
    if not isinstance(chunk, SeatsAcceptedV1) or chunk.job_id != job_id:
        raise Retry("the stored chunk is of another job")
    return chunk
