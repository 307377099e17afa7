"""Pauses between tries: each about twice as long as the last, up to a limit, and never in step with others."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """`first` and `longest` in seconds; every pause is drawn from the upper half of its range."""

    first: float = 0.5
    longest: float = 8.0

    def pauses(self) -> Iterator[float]:
        """Seconds to wait before the second try, the third, and so on without end."""
        pause = self.first
        while True:
            yield _random.uniform(pause / 2, pause)
            pause = min(self.longest, pause * 2)
