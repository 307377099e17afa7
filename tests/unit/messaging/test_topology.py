"""The table of queues, and what can't be written into it."""

import pytest

from messaging.topology import DELAYS, Queue, Topology


@pytest.mark.parametrize("limits", [{"delivery_limit": -1}, {"delivery_limit": 0}, {"prefetch": 0}])
def test_limits_are_at_least_one(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Queue(name="q", types=("a.v1",), **limits)


@pytest.mark.parametrize("pattern", ["parcel.*", "#"])
def test_there_are_no_patterns(pattern: str) -> None:
    with pytest.raises(ValueError, match="full names"):
        Queue(name="q", types=(pattern,))


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
