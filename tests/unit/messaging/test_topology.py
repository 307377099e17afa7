"""The table of queues, and what can't be written into it."""

import pytest

from messaging.topology import DELAYS, Queue, Topology


@pytest.mark.parametrize(("delivery_limit", "prefetch"), [(-1, 1), (0, 1), (1, 0)])
def test_limits_are_at_least_one(delivery_limit: int, prefetch: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Queue(name="q", types=("a.v1",), delivery_limit=delivery_limit, prefetch=prefetch)


@pytest.mark.parametrize("pattern", ["parcel.*", "#"])
def test_there_are_no_patterns(pattern: str) -> None:
    with pytest.raises(ValueError, match="full names"):
        Queue(name="q", types=(pattern,))


def test_a_lane_is_no_pattern_either() -> None:
    with pytest.raises(ValueError, match="full names"):
        Queue(name="q", types=("a.v1",), lane="#")


LANES = Topology(
    exchange="post",
    queues=(
        Queue(name="light", types=("a.v1",), lane=""),
        Queue(name="heavy", types=("a.v1",), lane="bulky"),
        Queue(name="all", types=("a.v1", "b.v1")),
    ),
    unheard=frozenset(),
)


def test_the_lane_stands_behind_the_type_where_a_queue_has_it() -> None:
    assert LANES.routing_key("a.v1") == "a.v1"
    assert LANES.routing_key("a.v1", "bulky") == "a.v1.bulky"
    assert LANES.routing_key("a.v1", "express") == "a.v1"
    assert LANES.routing_key("b.v1", "bulky") == "b.v1"
    assert (LANES.routing_keys("a.v1"), LANES.routing_keys("b.v1")) == (("a.v1", "a.v1.bulky"), ("b.v1",))


def test_who_hears_a_lane() -> None:
    assert [queue.name for queue in LANES.hearing("a.v1")] == ["light", "all"]
    assert [queue.name for queue in LANES.hearing("a.v1", "bulky")] == ["heavy", "all"]
    assert [queue.name for queue in LANES.hearing("b.v1", "bulky")] == ["all"]
    assert {queue.name: LANES.bindings(queue) for queue in LANES.queues} == {
        "light": ("a.v1",),
        "heavy": ("a.v1.bulky",),
        "all": ("a.v1", "a.v1.bulky", "b.v1"),
    }


def test_a_name_is_used_once() -> None:
    with pytest.raises(ValueError, match="one name"):
        Topology(exchange="post", queues=(Queue(name="q", types=()), Queue(name="q", types=())), unheard=frozenset())


def test_derived_names() -> None:
    post = Topology(exchange="post", queues=(Queue(name="q", types=("a.v1",), prefetch=7),), unheard=frozenset())
    assert post.dead_exchange == "post.dead"
    assert post.dead_queue("q") == "q.dead"
    assert [post.delay(seconds) for seconds in DELAYS] == ["post.delay.1s", "post.delay.5s", "post.delay.30s"]
    assert [post.prefetch(name) for name in ("q", "q.dead")] == [7, 1]
    assert [queue.name for queue in post.hearing("a.v1")] == ["q"]
    assert post.hearing("b.v1") == ()
