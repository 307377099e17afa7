"""Loops that live and end together."""

import threading

import pytest

from messaging.together import run_together


def wait(stop: threading.Event) -> None:
    stop.wait(30)


def test_all_end_when_they_are_stopped() -> None:
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    run_together({"one": wait, "two": wait}, stop=stop)


def test_one_that_breaks_down_ends_all_and_is_told() -> None:
    def break_down(_: threading.Event) -> None:
        raise ZeroDivisionError

    stop = threading.Event()
    with pytest.raises(ZeroDivisionError):
        run_together({"one": wait, "two": break_down}, stop=stop)
    assert stop.is_set()


def test_one_that_just_ends_ends_all() -> None:
    stop = threading.Event()
    run_together({"one": wait, "two": lambda _: None}, stop=stop)
    assert stop.is_set()
