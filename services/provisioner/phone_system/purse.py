"""The permits of one run: asked for several at once, so that it costs little, and given back when used."""

import time
from typing import Final
from uuid import uuid4

from services.provisioner.phone_system.rate import Rate

#: Seconds between two questions while there are no permits.
_SOONEST: Final = 0.02
_LATEST: Final = 1.0


class Purse:
    """Permits for up to twice as many calls as are made at once; a call has to begin ``validity`` seconds later."""

    def __init__(self, rate: Rate, *, calls: int, validity: float) -> None:
        self._rate = rate
        self._calls = calls
        self._validity = validity
        self._holder = uuid4().hex
        self._permits = self._used = self._unused = 0
        self._ask_at = 0.0
        self.valid_until = 0.0

    def fill(self, *, under_way: int, ready: int) -> None:
        """See that there are permits for the ``ready`` rows, beside the calls that are ``under_way``."""
        now = time.monotonic()
        if self._rate.is_held() or now > self.valid_until:
            self._unused += self._permits
            self._permits = 0
        wanted = self._wanted(under_way, ready)
        if now < self._ask_at or (not wanted and self._used + self._unused < self._calls):
            return
        got = self._rate.exchange(self._holder, wanted=wanted, used=self._used, unused=self._unused)
        self._used = self._unused = 0
        self._permits += got.calls
        self.valid_until = now + self._validity
        self._ask_at = now + min(max(got.wait, _SOONEST), _LATEST) if wanted and not got.calls else 0.0

    def _wanted(self, under_way: int, ready: int) -> int:
        room = 2 * self._calls - under_way - self._permits
        return max(min(room, ready - self._permits), 0) if room >= (self._calls + 1) // 2 else 0

    def take(self) -> bool:
        """A permit for one call, if there is one."""
        if not self._permits or self._rate.is_held():
            return False
        self._permits -= 1
        return True

    def put_back(self) -> None:
        """The call was not made."""
        self._unused += 1

    def spent(self) -> None:
        """The call was answered."""
        self._used += 1

    def wait(self) -> float | None:
        """Seconds until it is time to ask again; None if nothing is waited for."""
        wait = self._ask_at - time.monotonic()
        return wait if wait > 0 else None

    def empty(self) -> None:
        """Give everything back."""
        if self._used or self._unused or self._permits:
            self._rate.exchange(self._holder, wanted=0, used=self._used, unused=self._unused + self._permits)
            self._permits = self._used = self._unused = 0
