"""Which chunks of a job are in: a bit each, so that a million rows' thousand chunks are 125 bytes."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ChunkSet:
    """A set of chunk numbers (0 and up). Values are compared by what they hold."""

    bits: int = 0

    def with_chunk(self, chunk: int) -> "ChunkSet":
        """The set with one chunk more; the same set if it was there."""
        return ChunkSet(self.bits | 1 << chunk)

    def __contains__(self, chunk: int) -> bool:
        return bool(self.bits >> chunk & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    @property
    def highest(self) -> int:
        """The highest number that is in; -1 for the empty set."""
        return self.bits.bit_length() - 1

    def to_bytes(self) -> bytes:
        """As it is stored: little endian, without trailing zero bytes."""
        return self.bits.to_bytes((self.bits.bit_length() + 7) // 8, "little")

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """What `to_bytes` made."""
        return cls(int.from_bytes(stored, "little"))
