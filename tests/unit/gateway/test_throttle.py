"""How the waits grow."""

from datetime import timedelta

from gateway.throttle import BY_ADDRESS, BY_NAME, LONGEST, Brake


def test_the_first_attempts_are_free_then_each_doubles_the_wait_up_to_the_longest() -> None:
    waits = [Brake(free=3).wait(failures).total_seconds() for failures in range(8)]
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16]
    assert Brake(free=3).wait(10_000) == LONGEST == timedelta(minutes=15)


def test_an_address_may_fail_more_often_than_a_name() -> None:
    assert BY_NAME.free < BY_ADDRESS.free
