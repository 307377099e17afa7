"""Chunks that wait until chunks before them have been made, so that a slow provisioner fills no queue.

A job's file begins with offsets, big-endian and of 64 bits: where each of its chunks begins, and where the last one
ends. The chunks follow, each the body of its `seats.accepted.v1`, and behind each its CRC-32. They are not compressed:
that would take as long as all the checks do. The nth of them is the one that is published when chunk n of the job has
been provisioned, so the first window of chunks, which waits for none, is not in the file, and its length can be changed
between any two jobs.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final
from uuid import UUID
from zlib import crc32

import orjson
from marshmallow import ValidationError

from contracts.messages import SCHEMAS, SeatsAcceptedV1
from messaging.errors import Retry
from services.validator.accepted import AcceptedFiles

_OFFSET: Final = struct.Struct(">Q")
_PAIR: Final = struct.Struct(">QQ")
_CHECK: Final = struct.Struct(">I")


class WaitingChunks:
    """The waiting chunks of all jobs, in ``files``."""

    def __init__(self, files: AcceptedFiles) -> None:
        self._files = files

    def keep(self, account: str, job_id: UUID, sizes: Sequence[int], bodies: Iterable[bytes]) -> int | None:
        """Let the chunks of these bodies wait, which have so many bytes, unless chunks of the job wait already.

        Gives how many wait now; None: the job is over.
        """
        index = _index(sizes)
        (size,) = _OFFSET.unpack(index[-_OFFSET.size :])
        self._files.put(account, job_id, _blocks(index, bodies), size=size)
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


def _index(sizes: Sequence[int]) -> bytes:
    first = (len(sizes) + 1) * _OFFSET.size
    ends = accumulate((size + _CHECK.size for size in sizes), initial=first)
    return b"".join(map(_OFFSET.pack, ends))


def _blocks(index: bytes, bodies: Iterable[bytes]) -> Iterator[bytes]:
    yield index
    for body in bodies:
        yield body + _CHECK.pack(crc32(body))


def _count_of(index: bytes) -> int:
    """How many chunks the file has, as its first offset tells."""
    (first,) = _OFFSET.unpack_from(index)
    return int(first) // _OFFSET.size - 1


def _unpacked(stored: bytes, job_id: UUID) -> SeatsAcceptedV1:
    body, check = stored[: -_CHECK.size], stored[-_CHECK.size :]
    try:
        if check != _CHECK.pack(crc32(body)):
            raise Retry("the stored chunk is damaged")
        chunk = SCHEMAS[SeatsAcceptedV1.TYPE].load(orjson.loads(body))
    except (orjson.JSONDecodeError, ValidationError):
        raise Retry("the stored chunk is not one") from None  # the error itself would quote rows
    if not isinstance(chunk, SeatsAcceptedV1) or chunk.job_id != job_id:
        raise Retry("the stored chunk is of another job")
    return chunk
