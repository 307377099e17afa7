"""The bucket: whatever provisioners do and however long calls are on their way, never more than is allowed."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.provisioner.phone_system.bucket import Allowance, Bucket, Held
from tests.phone_system import most_in_a_window

HOLDERS = ("a", "b", "c")
LEASE = 30.0


@dataclass
class World:
    """Provisioners that use a bucket, and the phone system that sees their calls arrive."""

    allowance: Allowance
    now: float = 1_000.0
    bucket: Bucket = field(default_factory=Bucket)
    sent: dict[str, list[float]] = field(default_factory=lambda: {holder: [] for holder in HOLDERS})
    arrivals: list[float] = field(default_factory=list)

    def settle(self) -> None:
        self.bucket = self.bucket.settled(self.allowance, self.now)

    def take(self, holder: str, wanted: int) -> int:
        self.settle()
        grant = self.bucket.taken(holder, wanted, self.allowance, now=self.now, until=self.now + LEASE)
        self.bucket = grant.bucket
        self.sent[holder] += [self.now] * grant.calls
        return grant.calls

    def answer(self, holder: str, count: int, delay: float) -> None:
        """The oldest calls of the holder, which arrived at some time since they were sent, are answered."""
        done, self.sent[holder] = self.sent[holder][:count], self.sent[holder][count:]
        self.arrivals += [max(at, self.now - delay) for at in done]
        self.settle()
        self.bucket = self.bucket.given_back(holder, used=len(done), unused=0)

    def die(self, holder: str, delay: float) -> None:
        """Its calls may still arrive before their permits expire; it takes none any more and gives none back."""
        self.arrivals += [min(at + delay, at + LEASE) for at in self.sent[holder]]
        self.sent[holder] = []


STEPS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 20), st.just(0), st.just(0.0)),
    st.tuples(st.just("take"), st.sampled_from(HOLDERS), st.integers(1, 30), st.just(0.0)),
    st.tuples(st.just("answer"), st.sampled_from(HOLDERS), st.integers(1, 30), st.floats(0, 5)),
    st.tuples(st.just("die"), st.sampled_from(HOLDERS), st.just(0), st.floats(0, LEASE)),
)


@settings(deadline=None)
@given(
    st.builds(Allowance, rate=st.sampled_from([0.5, 3.0, 10.0]), burst=st.integers(1, 100)),
    st.lists(STEPS, max_size=60),
)
def test_no_window_sees_more_calls_than_are_allowed(
    allowance: Allowance, steps: list[tuple[str, str | float, int, float]]
) -> None:
    world = World(allowance)
    dead: set[str] = set()
    for step, which, count, delay in steps:
        if isinstance(which, float):
            for holder in HOLDERS:  # calls are answered before their permits expire, or else their maker has died
                if world.sent[holder] and world.now + which > world.sent[holder][0] + LEASE:
                    world.answer(holder, len(world.sent[holder]), 0.0)
            world.now += which
        elif which in dead:
            continue
        elif step == "take":
            world.take(which, count)
        elif step == "answer":
            world.answer(which, count, delay)
        else:
            world.die(which, delay)
            dead.add(which)
    for holder in HOLDERS:
        world.answer(holder, len(world.sent[holder]), 0.0)
    assert most_in_a_window(world.arrivals, rate=allowance.rate) <= allowance.burst + 1e-6


@settings(deadline=None)
@given(st.floats(0.5, 20), st.integers(2, 50), st.floats(0, 0.05))
def test_in_the_long_run_the_whole_rate_is_used(rate: float, burst: int, latency: float) -> None:
    """As long as fewer calls than the burst are on their way."""
    world = World(Allowance(rate=rate, burst=burst))
    while len(world.arrivals) < burst + 100:
        grant = world.bucket.settled(world.allowance, world.now)
        asked = grant.taken("a", 1, world.allowance, now=world.now, until=world.now + LEASE)
        if asked.calls:
            world.take("a", 1)
            world.now += latency
            world.answer("a", 1, 0.0)
        else:
            assert asked.wait > 0
            world.now += asked.wait + 1e-9
    spent = world.now - 1_000.0
    assert len(world.arrivals) >= 0.99 * (rate * spent)
    assert len(world.arrivals) <= burst + rate * spent + 1


def test_a_rest_fills_the_bucket_and_no_more() -> None:
    world = World(Allowance(rate=10, burst=100))
    assert world.take("a", 150) == 100
    assert world.take("b", 1) == 0
    world.answer("a", 100, 0.0)
    world.now += 3_600
    assert world.take("b", 150) == 100


def test_calls_not_made_do_not_count() -> None:
    world = World(Allowance(rate=10, burst=10))
    world.take("a", 10)
    world.bucket = world.bucket.given_back("a", used=0, unused=10)
    assert world.bucket.held == {}
    assert world.take("b", 10) == 10


def test_calls_of_the_dead_count_from_when_they_can_no_longer_arrive() -> None:
    world = World(Allowance(rate=1, burst=10))
    world.take("a", 10)
    world.now += LEASE - 0.001
    assert world.take("b", 10) == 0
    world.now += 5.001
    assert world.take("b", 10) == 5
    world.bucket = world.bucket.given_back("a", used=10, unused=0)  # it was not dead, only late: told already
    assert world.take("b", 10) == 0


def test_the_wait_is_as_long_as_it_takes() -> None:
    bucket = Bucket(level=10.5, at=50.0)
    grant = bucket.taken("a", 5, Allowance(rate=2, burst=10), now=50.0, until=80.0)
    assert (grant.calls, grant.wait) == (0, 0.75)
    assert (
        bucket.settled(Allowance(rate=2, burst=10), 50.75)
        .taken("a", 5, Allowance(rate=2, burst=10), now=50.75, until=80.0)
        .calls
        == 1
    )


@pytest.mark.parametrize(("emptied", "calls"), [(True, 0), (False, 5)])
def test_during_a_pause_there_are_no_calls(emptied: bool, calls: int) -> None:
    allowance = Allowance(rate=1, burst=5)
    bucket = Bucket(at=100.0).paused(110.0, emptied=emptied, allowance=allowance)
    during = bucket.settled(allowance, 109.5).taken("a", 9, allowance, now=109.5, until=150.0)
    assert (during.calls, during.wait) == (0, 0.5)
    after = bucket.settled(allowance, 110.0).taken("a", 9, allowance, now=110.0, until=150.0)
    assert after.calls == calls
    later = bucket.settled(allowance, 112.0).taken("a", 9, allowance, now=112.0, until=150.0)
    assert later.calls == (2 if emptied else 5)


def test_a_pause_is_not_shortened_by_a_later_one() -> None:
    bucket = Bucket().paused(110.0, emptied=False, allowance=None).paused(105.0, emptied=True, allowance=None)
    assert bucket.paused_until == 110.0


def test_a_clock_that_is_set_back_gives_nothing() -> None:
    allowance = Allowance(rate=1, burst=5)
    bucket = Bucket(level=5.0, at=100.0).settled(allowance, 50.0).settled(allowance, 100.0)
    assert bucket == Bucket(level=5.0, at=100.0)


def test_expired_permits_are_counted_in_their_order() -> None:
    allowance = Allowance(rate=1, burst=100)
    bucket = Bucket(at=100.0, held={"a": Held(4, 120.0), "b": Held(3, 110.0), "c": Held(1, 200.0)})
    settled = bucket.settled(allowance, 121.0)
    assert settled.level == pytest.approx(3)  # 3 at 110 are gone by 113; 4 at 120 are 3 at 121
    assert settled.held == {"c": Held(1, 200.0)}
