"""A phone system that is slow, away, full or broken, and provisioners that end in the middle."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from messaging.errors import Unavailable
from services.provisioner.directory import ChunkResult, Made, NotMade, SeatChunk
from services.provisioner.listing import START
from services.provisioner.phone_system.bucket import Allowance
from tests.integration.provisioner.phone_system.conftest import Provisioner, Start
from tests.phone_system import Limit, PhoneSystem, Reply, most_in_a_window
from tests.unit.provisioner.making import chunk_of, new_seat


def chunk(first: int, rows: int, *, number: int = 1) -> SeatChunk:
    return chunk_of((new_seat(line) for line in range(first, first + rows)), chunk=number)


def given_again(provisioner: Provisioner, rows: SeatChunk, *, times: int = 100) -> ChunkResult:
    """The result at last, when the chunk is given again as the broker would; with shorter pauses."""
    for _ in range(times):
        try:
            return provisioner.directory.create_seats(rows)
        except Unavailable:
            threading.Event().wait(0.05)
    raise AssertionError("the chunk was never made")


def made_lines(result: ChunkResult) -> list[int]:
    return [outcome.line for outcome in result.outcomes if isinstance(outcome, Made)]


def listed(provisioner: Provisioner) -> list[int]:
    return sorted(seat.line for seat in provisioner.directory.search("acme", "", after=START, limit=2_000).seats)


@pytest.mark.parametrize("made", [False, True], ids=["before it is made", "after it was made"])
@pytest.mark.parametrize("how", ["cut", "hang", "answer"])
def test_a_call_that_went_wrong_is_made_again_and_there_is_one_seat(
    phone_system: PhoneSystem, start: Start, how: str, made: bool
) -> None:
    fault = Reply(how=how, seconds=1.5, made=made)  # type: ignore[arg-type]  # one of the literals
    phone_system.mood = lambda line, call: fault if line % 4 == 0 and call == 1 else None
    result = start(timeout=0.5).directory.create_seats(chunk(2, 20))
    assert made_lines(result) == phone_system.lines == list(range(2, 22))
    assert all(phone_system.calls[line] == (2 if line % 4 == 0 else 1) for line in range(2, 22))


def test_while_it_is_away_the_chunk_waits_and_goes_on_where_it_was(phone_system: PhoneSystem, start: Start) -> None:
    away = threading.Event()
    if_away = Reply(status=502)

    def mood(line: int, call: int) -> Reply | None:
        if line == 40:
            away.set()
        return if_away if away.is_set() else None

    phone_system.mood = mood
    provisioner = start()
    with pytest.raises(Unavailable, match="the phone system answers 502"):
        provisioner.directory.create_seats(chunk(2, 100))
    assert listed(provisioner) == []  # nothing is told of a chunk that is not finished
    before = list(phone_system.lines)
    assert 30 <= len(before) < 45
    phone_system.mood = lambda *_: None
    assert made_lines(given_again(provisioner, chunk(2, 100))) == list(range(2, 102))
    assert all(phone_system.calls[line] == 1 for line in before)
    assert listed(provisioner) == phone_system.lines == list(range(2, 102))


def test_a_wrong_token_is_nobody_s_fault_but_the_operator_s(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.mood = lambda *_: Reply(status=401)
    provisioner = start()
    with pytest.raises(Unavailable, match="BULK_PHONE_SYSTEM_TOKEN"):
        provisioner.directory.create_seats(chunk(2, 100))
    assert len(phone_system.arrivals) <= 12
    phone_system.mood = lambda *_: None
    assert made_lines(given_again(provisioner, chunk(2, 100))) == list(range(2, 102))


def test_a_row_it_breaks_down_over_is_given_up_in_the_end(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.mood = lambda line, _: Reply(status=500) if line == 5 else None
    patient, impatient = start(patience=600.0), start(patience=0.0)
    with pytest.raises(Unavailable, match="no answer for 1 Seats"):
        patient.directory.create_seats(chunk(2, 10))
    result = given_again(impatient, chunk(2, 10))
    [given_up] = [outcome for outcome in result.outcomes if isinstance(outcome, NotMade)]
    assert (given_up.line, given_up.code) == (5, "phone_system_error")
    assert "may have the Seat or not" in given_up.message
    assert set(made_lines(result)) == set(range(2, 12)) - {5}
    assert listed(impatient) == made_lines(result)


def test_too_many_calls_pause_all_provisioners_as_long_as_it_says(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.seconds = 0.02
    phone_system.mood = lambda line, call: (
        Reply(status=429, headers={"Retry-After": "2"}) if line == 20 and call == 1 else None
    )
    provisioners = [start(calls=2, allowance=Allowance(rate=200, burst=20)) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        numbers = range(1, 4)
        results = threads.map(
            lambda p, n: given_again(p, chunk(n * 100, 60, number=n) if n > 1 else chunk(2, 60)), provisioners, numbers
        )
        assert sum(len(made_lines(result)) for result in results) == 180
    longest = max(after - before for before, after in pairwise(sorted(phone_system.arrivals)))
    assert 1.9 <= longest <= 3.0
    assert len(phone_system.seats) == 180


def test_without_a_rate_a_pause_is_obeyed_too(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.mood = lambda line, call: (
        Reply(status=503, headers={"Retry-After": "1"}) if line == 30 and call == 1 else None
    )
    assert len(made_lines(start(calls=3).directory.create_seats(chunk(2, 60)))) == 60
    longest = max(after - before for before, after in pairwise(sorted(phone_system.arrivals)))
    assert 0.95 <= longest <= 2.0


def test_provisioners_share_one_rate_and_keep_it_exactly(phone_system: PhoneSystem, start: Start) -> None:
    """The phone system has the same limit, and never has to say so."""
    phone_system.limit = Limit(rate=50, burst=30)
    allowance = Allowance(rate=50, burst=30)
    provisioners = [start(calls=4, allowance=allowance) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        numbers = range(1, 4)
        results = list(threads.map(lambda p, n: given_again(p, chunk(n * 100, 50, number=n)), provisioners, numbers))
    assert sum(len(made_lines(result)) for result in results) == len(phone_system.seats) == 150
    assert phone_system.answers == {201: 150}
    assert most_in_a_window(phone_system.arrivals, rate=50) <= 30 + 1e-6
    spent = max(phone_system.arrivals) - min(phone_system.arrivals)
    assert spent >= (150 - 30) / 50 - 0.1


def test_a_provisioner_that_stops_leaves_its_progress_to_the_next(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.seconds = 0.02
    first, second = start(), start()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(first.directory.create_seats, chunk(2, 200))
        phone_system.wait_for_seats(60)
        first.stop.set()
        with pytest.raises(Unavailable, match="stops"):
            running.result(10)
    assert len(phone_system.seats) < 200
    result = second.directory.create_seats(chunk(2, 200))  # at once
    assert made_lines(result) == phone_system.lines == list(range(2, 202))
    assert set(phone_system.calls.values()) == {1}


def test_one_provisioner_at_a_time_has_a_chunk(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.seconds = 0.02
    first, second = start(), start()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(first.directory.create_seats, chunk(2, 100))
        phone_system.wait_for_seats(20)
        with pytest.raises(Unavailable, match="another provisioner has the chunk"):
            second.directory.create_seats(chunk(2, 100))
        result = running.result(30)
    assert second.directory.create_seats(chunk(2, 100)) == result
    assert set(phone_system.calls.values()) == {1}


def test_a_turn_that_is_over_is_gone_on_with_later(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.seconds = 0.05
    provisioner = start(turn=0.5)
    with pytest.raises(Unavailable, match="turn is over"):
        provisioner.directory.create_seats(chunk(2, 100))
    assert made_lines(given_again(provisioner, chunk(2, 100))) == list(range(2, 102))
    assert set(phone_system.calls.values()) == {1}


def test_a_cancellation_stops_between_calls_and_what_was_made_is_told(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.seconds = 0.05
    provisioner, other = start(calls=2), start()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(provisioner.directory.create_seats, chunk(2, 400))
        phone_system.wait_for_seats(20)
        cancellation = other.directory.cancel_job("acme", chunk(2, 1).job_id)
        result = running.result(20)
    assert cancellation.chunks == 1
    assert 20 <= len(phone_system.seats) < 150
    assert made_lines(result) == phone_system.lines == listed(provisioner)
    assert len(result.outcomes) == len(phone_system.seats)  # the others were not processed
    assert other.directory.create_seats(chunk(2, 400)) == result
    assert set(phone_system.calls.values()) == {1}


def test_rows_in_doubt_when_a_job_is_cancelled_are_settled(phone_system: PhoneSystem, start: Start) -> None:
    """The answer of a row was lost, so nobody knows whether there is a Seat: it is told as what it then is."""
    phone_system.mood = lambda line, _: Reply(how="cut", made=line % 2 == 0)
    provisioner = start(calls=2)
    with pytest.raises(Unavailable):
        provisioner.directory.create_seats(chunk(2, 50))
    in_doubt = sorted(phone_system.calls)
    assert 0 < len(in_doubt) < 20
    provisioner.directory.cancel_job("acme", chunk(2, 1).job_id)
    phone_system.mood = lambda *_: None
    result = given_again(provisioner, chunk(2, 50))
    assert made_lines(result) == phone_system.lines == in_doubt == listed(provisioner)
