"""Pauses that grow to a limit, and differ from one process to another."""

from itertools import islice

from messaging.backoff import Backoff


def test_pauses_grow_to_the_limit_and_stay_there() -> None:
    pauses = list(islice(Backoff(first=1, longest=10).pauses(), 8))
    limits = [1, 2, 4, 8, 10, 10, 10, 10]
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, limits, strict=True))


def test_no_two_processes_pause_in_step() -> None:
    first, second = (list(islice(Backoff().pauses(), 5)) for _ in range(2))
    assert first != second
