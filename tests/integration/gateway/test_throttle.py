"""The brakes on guessing, as the database keeps them."""

import threading
from datetime import timedelta

import pytest

from database.connection import Database
from gateway.throttle import BY_ADDRESS, BY_NAME, Throttle, TooManyAttempts
from tests.integration.gateway.conftest import Clock


@pytest.fixture
def throttle(database: Database, clock: Clock) -> Throttle:
    return Throttle(database, clock=clock)


def fail(throttle: Throttle, times: int, name: str = "ada", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        throttle.begin(name, address)


def blocked(throttle: Throttle, name: str = "ada", address: str = "10.0.0.1") -> int:
    with pytest.raises(TooManyAttempts) as raised:
        throttle.begin(name, address)
    return raised.value.seconds


def test_after_the_free_attempts_each_failure_makes_the_name_wait_longer(throttle: Throttle, clock: Clock) -> None:
    fail(throttle, BY_NAME.free + 1)
    assert blocked(throttle) == 2
    assert blocked(throttle, "ADA ", "10.9.9.9") == 2
    throttle.begin("bob", "10.0.0.1")
    clock.forward(seconds=2)
    fail(throttle, 1)
    assert blocked(throttle) == 4


def test_who_signs_in_at_the_same_moment_as_another_is_not_held_up(
    database: Database, throttle: Throttle, clock: Clock
) -> None:
    """Whoever waits for the other's row finds in it a time that is later than that of his own attempt."""
    throttle.begin("ada", "10.0.0.1")
    a_moment_before = clock() - timedelta(milliseconds=5)
    Throttle(database, clock=lambda: a_moment_before).begin("ada", "10.0.0.1")


def test_an_address_that_tries_many_names_waits_too(throttle: Throttle) -> None:
    for number in range(BY_ADDRESS.free + 1):
        throttle.begin(f"user{number}", "10.0.0.1")
    assert blocked(throttle, "new") == 2
    throttle.begin("new", "10.0.0.2")


def test_a_whole_ipv6_line_counts_as_one_address(throttle: Throttle) -> None:
    for number in range(BY_ADDRESS.free + 1):
        throttle.begin(f"user{number}", f"2001:db8::{number:x}")
    assert blocked(throttle, "new", "2001:db8::ffff") == 2
    throttle.begin("new", "2001:db8:0:1::1")


def test_a_mapped_address_is_the_ipv4_one_and_an_odd_one_counts_as_unknown(throttle: Throttle) -> None:
    for number in range(BY_ADDRESS.free + 1):
        throttle.begin(f"user{number}", "::ffff:10.0.0.1")
        throttle.begin(f"other{number}", "what?")
    assert blocked(throttle, "new", "10.0.0.1")
    assert blocked(throttle, "new", "unknown")


def test_being_right_clears_the_name_but_gives_the_address_one_attempt_back_only(throttle: Throttle) -> None:
    for _ in range(BY_ADDRESS.free // 2):
        fail(throttle, 1, "ada")
        throttle.begin("eve", "10.0.0.1")
        throttle.succeeded("eve", "10.0.0.1")
        throttle.succeeded("ada", "10.0.0.9")
    fail(throttle, BY_NAME.free, "bob")
    fail(throttle, BY_ADDRESS.free // 2 - BY_NAME.free + 1, "cid")
    assert blocked(throttle, "new")


def test_blocked_attempts_do_not_make_it_longer_and_failures_are_forgotten(throttle: Throttle, clock: Clock) -> None:
    fail(throttle, BY_NAME.free + 1)
    assert {blocked(throttle) for _ in range(5)} == {2}
    clock.forward(hours=1, seconds=1)
    fail(throttle, BY_NAME.free)


def test_the_longest_lock_out_ends_by_itself(throttle: Throttle, clock: Clock, database: Database) -> None:
    fail(throttle, 1)
    with database.transaction() as connection:
        connection.execute("UPDATE sign_in_attempts SET failures = 1000")
    fail(throttle, 1)
    assert blocked(throttle) == 15 * 60
    clock.forward(minutes=15)
    fail(throttle, 1)


def test_what_was_typed_is_not_kept_and_old_rows_go(throttle: Throttle, clock: Clock, database: Database) -> None:
    def kept() -> str:
        with database.transaction() as connection:
            return str(connection.execute("SELECT * FROM sign_in_attempts").fetchall())

    fail(throttle, 1, "my password, by mistake")
    assert "mistake" not in kept()
    clock.forward(hours=2)
    fail(throttle, 1, "bob", "10.0.0.2")
    assert "10.0.0.1" not in kept()


def test_guesses_made_at_once_are_all_counted(throttle: Throttle) -> None:
    refused: list[int] = []

    def guess() -> None:
        try:
            throttle.begin("ada", "10.0.0.1")
        except TooManyAttempts as error:
            refused.append(error.seconds)

    threads = [threading.Thread(target=guess) for _ in range(BY_NAME.free + 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
