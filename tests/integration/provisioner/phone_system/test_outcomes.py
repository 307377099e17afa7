"""What becomes of rows at a phone system, and that outcomes, directory and phone system say the same."""

from services.provisioner.directory import ChunkResult, Made, NotMade
from services.provisioner.listing import START
from tests.integration.provisioner.phone_system.conftest import Provisioner, Start
from tests.phone_system import PhoneSystem, Reply
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat


def codes(result: ChunkResult) -> dict[int, str]:
    return {outcome.line: outcome.code if isinstance(outcome, NotMade) else "made" for outcome in result.outcomes}


def listed(provisioner: Provisioner) -> list[int]:
    return sorted(seat.line for seat in provisioner.directory.search("acme", "", after=START, limit=2_000).seats)


def test_every_seat_is_made_there_once_with_all_it_needs(phone_system: PhoneSystem, start: Start) -> None:
    provisioner = start()
    result = provisioner.directory.create_seats(chunk_of(new_seat(line) for line in range(2, 302)))
    assert codes(result) == dict.fromkeys(range(2, 302), "made")
    assert phone_system.lines == listed(provisioner) == list(range(2, 302))
    assert set(phone_system.calls.values()) == {1}
    made = {outcome.line: outcome.user_id for outcome in result.outcomes if isinstance(outcome, Made)}
    assert {user_id: seat["line"] for user_id, seat in phone_system.seats.items()} == {u: n for n, u in made.items()}
    seat = phone_system.seats[made[2]]
    assert (seat["account"], seat["job_id"], seat["user_id"]) == ("acme", str(JOB), str(made[2]))
    assert seat["seat"] == {
        "firstname": "Amélie",
        "lastname": "Okonkwo",
        "email": "seat2@example.com",
        "extension": "10002",
        "phone_number": "+14155550002",
        "device_mac": "00:1a:2b:00:00:02",
        "seat_type": "standard",
        "department": "Sales",
        "password": "opened ZWF0",
    }


def test_no_more_calls_at_once_than_are_set(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.seconds = 0.02
    start(calls=5).directory.create_seats(chunk_of(new_seat(line) for line in range(2, 102)))
    assert phone_system.most_at_once == 5
    assert phone_system.connections == 5  # each is used again


def test_a_finished_chunk_is_told_again_without_a_call(phone_system: PhoneSystem, start: Start) -> None:
    chunk = chunk_of(new_seat(line) for line in (2, 3))
    phone_system.mood = lambda line, _: Reply(status=422) if line == 3 else None
    provisioner = start()
    first = provisioner.directory.create_seats(chunk)
    assert codes(first) == {2: "made", 3: "phone_system_refused"}
    assert start().directory.create_seats(chunk) == first
    assert sum(phone_system.calls.values()) == 2


def test_a_row_whose_value_is_taken_here_is_not_called(phone_system: PhoneSystem, start: Start) -> None:
    provisioner = start()
    provisioner.directory.create_seats(chunk_of([new_seat(2)], job_id=OTHER_JOB))
    result = provisioner.directory.create_seats(chunk_of([new_seat(3), new_seat(4, extension=new_seat(2).extension)]))
    assert codes(result) == {3: "made", 4: "extension_taken"}
    assert phone_system.calls[4] == 0


def test_what_the_phone_system_refuses_is_no_seat_and_its_values_are_free(
    phone_system: PhoneSystem, start: Start
) -> None:
    refusal = Reply(status=422, body={"code": "no_licence", "detail": "No licence is left for a standard Seat."})
    phone_system.mood = lambda line, _: refusal if line == 3 else None
    provisioner = start()
    result = provisioner.directory.create_seats(chunk_of(new_seat(line) for line in (2, 3, 4)))
    assert codes(result) == {2: "made", 3: "phone_system_refused", 4: "made"}
    [outcome] = [outcome for outcome in result.outcomes if isinstance(outcome, NotMade)]
    assert "No licence is left for a standard Seat." in outcome.message
    assert listed(provisioner) == phone_system.lines == [2, 4]
    again = provisioner.directory.create_seats(chunk_of([new_seat(9, email=new_seat(3).email)], job_id=OTHER_JOB))
    assert codes(again) == {9: "made"}


def test_a_value_taken_there_is_told_by_its_column(phone_system: PhoneSystem, start: Start) -> None:
    provisioner = start()
    provisioner.directory.create_seats(chunk_of([new_seat(2)], account="globex", job_id=OTHER_JOB))
    result = provisioner.directory.create_seats(chunk_of([new_seat(3, phone_number=new_seat(2).phone_number)]))
    assert codes(result) == {3: "phone_number_taken"}
    assert listed(provisioner) == []


def test_a_secret_in_a_refusal_is_not_told(phone_system: PhoneSystem, start: Start) -> None:
    phone_system.mood = lambda *_: Reply(status=422, body={"detail": "The password 'opened ZWF0' is too easy."})
    [outcome] = start().directory.create_seats(chunk_of([new_seat(2)])).outcomes
    assert isinstance(outcome, NotMade)
    assert "opened" not in outcome.message


def test_a_chunk_without_rows_calls_nobody(phone_system: PhoneSystem, start: Start) -> None:
    assert start().directory.create_seats(chunk_of([])).outcomes == ()
    assert phone_system.arrivals == []
