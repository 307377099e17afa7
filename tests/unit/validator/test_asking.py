"""Questions that are out while rows are checked: answered in their order, and none is left behind."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from messaging.errors import Retry
from services.validator.asking import Asking
from services.validator.conflicts import Conflict


@dataclass
class Directory:
    """Answers with what was asked, once ``gate`` is open. The value "away" can't be answered."""

    gate: threading.Event = field(default_factory=threading.Event)
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    asked: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def conflicts(self, values: Mapping[str, Sequence[str]]) -> Sequence[Conflict]:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        (value,) = values["email"]
        self.asked.append(value)
        self.began.release()
        assert self.gate.wait(30)
        self.at_once -= 1
        if value == "away":
            raise Retry("away")
        return [Conflict(column="email", value=value, user_id=f"of {value}")]


@pytest.fixture
def directory() -> Directory:
    return Directory()


def ask(asking: Asking[int, Sequence[Conflict]], number: int, value: str = "") -> None:
    asking.put(number, {"email": [value or str(number)]})


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("asking")]


def test_a_question_does_not_hold_up_the_one_who_asks(directory: Directory) -> None:
    with Asking[int, Sequence[Conflict]](directory.conflicts, ahead=2) as asking:
        ask(asking, 1)
        ask(asking, 2)
        assert directory.began.acquire(timeout=30)
        assert list(asking.answers()) == []
        directory.gate.set()
        assert [about for about, _ in asking.rest()] == [1, 2]


def test_answers_come_in_the_order_of_the_questions_and_one_is_asked_at_a_time(directory: Directory) -> None:
    directory.gate.set()
    answered: list[tuple[int, str]] = []
    with Asking[int, Sequence[Conflict]](directory.conflicts, ahead=2) as asking:
        for number in range(20):
            ask(asking, number)
            answered += [(about, found[0].user_id) for about, found in asking.answers()]
        answered += [(about, found[0].user_id) for about, found in asking.rest()]
    assert answered == [(number, f"of {number}") for number in range(20)]
    assert directory.most_at_once == 1


def test_no_more_questions_are_out_than_may_be(directory: Directory) -> None:
    opener = threading.Timer(0.05, directory.gate.set)
    with Asking[int, Sequence[Conflict]](directory.conflicts, ahead=2) as asking:
        for number in range(3):
            ask(asking, number)
        opener.start()
        about, _ = next(iter(asking.answers()))  # waits for the answer, which was not there
        assert directory.gate.is_set()
        assert about == 0
    opener.join()


def test_an_error_is_raised_where_its_answer_would_be(directory: Directory) -> None:
    directory.gate.set()
    with Asking[int, Sequence[Conflict]](directory.conflicts, ahead=3) as asking:
        ask(asking, 1)
        ask(asking, 2, "away")
        ask(asking, 3)
        answers = asking.rest()
        assert next(answers)[0] == 1
        with pytest.raises(Retry, match="away"):
            next(answers)


def leave_with_questions_out(directory: Directory) -> None:
    with Asking[int, Sequence[Conflict]](directory.conflicts, ahead=3) as asking:
        ask(asking, 1)
        ask(asking, 2)
        assert directory.began.acquire(timeout=30)
        assert len(threads()) == 1
        threading.Timer(0.05, directory.gate.set).start()
        raise ZeroDivisionError


def test_whoever_leaves_waits_for_the_question_that_is_out_and_drops_those_behind_it(directory: Directory) -> None:
    with pytest.raises(ZeroDivisionError):
        leave_with_questions_out(directory)
    assert directory.asked == ["1"]
    assert threads() == []


def test_no_thread_is_begun_where_nothing_is_asked(directory: Directory) -> None:
    with Asking[int, Sequence[Conflict]](directory.conflicts) as asking:
        assert list(asking.answers()) == []
        assert list(asking.rest()) == []
        assert threads() == []
