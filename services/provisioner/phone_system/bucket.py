"""How many calls a phone system may be sent: a token bucket that is exact as the phone system sees it.

In any span of t seconds no more than burst + rate · t calls arrive, however long they are on their way. For that a call
counts in full from when it is allowed until it is answered, and only then begins to count less: it can't have arrived
later than its answer. Calls of a process that died are held to have arrived when the last of them must have given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """``rate`` is in calls a second; ``burst`` how many calls there may be at once after a rest."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Held:
    """Calls that are allowed and not answered yet; they can't be under way any more at ``until``."""

    calls: int
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is known of the calls so far. Times are in seconds since 1970, all of one clock.

    ``level`` is how many of the calls answered still counted at ``at``; ``held`` the others, by who makes them.
    """

    level: float = 0.0
    at: float = 0.0
    paused_until: float = 0.0
    held: Mapping[str, Held] = field(default_factory=lambda: MappingProxyType({}))

    def settled(self, allowance: Allowance, now: float) -> "Bucket":
        """The same at a later time: calls answered count less, and those nobody can still be making as answered."""
        level, at = self.level, self.at
        late = sorted((held.until, held.calls) for held in self.held.values() if held.until <= now)
        for until, calls in late:
            level, at = _drained(level, at, allowance.rate, until)
            level += calls
        level, at = _drained(level, at, allowance.rate, now)
        held = {holder: held for holder, held in self.held.items() if held.until > now}
        return replace(self, level=level, at=at, held=held)

    def given_back(self, holder: str, *, used: int, unused: int) -> "Bucket":
        """After ``used`` calls of a holder were answered, and ``unused`` were not made. For a settled bucket."""
        mine = self.held.get(holder)
        if mine is None:
            return self  # they were counted when their time was over
        used = min(used, mine.calls)
        left = max(mine.calls - used - unused, 0)
        others = {name: held for name, held in self.held.items() if name != holder}
        held = {**others, holder: Held(left, mine.until)} if left else others
        return replace(self, level=self.level + used, held=held)

    def taken(self, holder: str, wanted: int, allowance: Allowance, *, now: float, until: float) -> "Grant":
        """Up to ``wanted`` calls for a holder, which will be answered or given up ``until`` then. If settled."""
        if now < self.paused_until:
            return Grant(bucket=self, calls=0, wait=self.paused_until - now)
        free = allowance.burst - self.level - sum(held.calls for held in self.held.values())
        calls = min(wanted, max(int(free), 0))
        if not calls:
            return Grant(bucket=self, calls=0, wait=max(1 - free, 0) / allowance.rate if wanted else 0.0)
        mine = self.held.get(holder, Held(0, until))
        held = {**self.held, holder: Held(mine.calls + calls, max(mine.until, until))}
        return Grant(bucket=replace(self, held=held), calls=calls, wait=0.0)

    def paused(self, until: float, *, emptied: bool, allowance: Allowance | None) -> "Bucket":
        """No calls until then. ``emptied``: the phone system has said that there were too many, so none is left."""
        paused = replace(self, paused_until=max(self.paused_until, until))
        if not emptied or allowance is None:
            return paused
        return replace(paused, level=max(self.level, float(allowance.burst)), at=max(self.at, until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """``calls`` may be made now; where there are none, ask again in ``wait`` seconds."""

    bucket: Bucket
    calls: int
    wait: float


def _drained(level: float, at: float, rate: float, now: float) -> tuple[float, float]:
    """A clock that was set back does not count."""
    return max(level - rate * max(now - at, 0.0), 0.0), max(at, now)
