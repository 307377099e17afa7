"""Making Seats: what every directory must do."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.ids import user_id_of
from services.provisioner.directory import Made, NotMade, SeatDirectory
from services.provisioner.listing import START, Seat
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat


def seats_of(directory: SeatDirectory, account: str = "acme") -> list[Seat]:
    return list(directory.search(account, "", after=START, limit=2_000).seats)


def codes(outcomes: tuple[Made | NotMade, ...]) -> list[str]:
    return [outcome.code if isinstance(outcome, NotMade) else "made" for outcome in outcomes]


def test_every_row_becomes_a_seat_with_an_outcome_in_the_order_of_lines(directory: SeatDirectory) -> None:
    result = directory.create_seats(chunk_of(new_seat(line) for line in (2, 5, 9)))
    assert [outcome.line for outcome in result.outcomes] == [2, 5, 9]
    for outcome in result.outcomes:
        assert isinstance(outcome, Made)
        assert outcome.user_id == user_id_of(JOB, outcome.line)
        assert outcome.created_at == result.provisioned_at
    assert {seat.user_id for seat in seats_of(directory)} == {user_id_of(JOB, line) for line in (2, 5, 9)}


def test_times_are_utc_and_have_milliseconds(directory: SeatDirectory) -> None:
    moment = directory.create_seats(chunk_of([new_seat(2)])).provisioned_at
    assert moment.utcoffset() == timedelta(0)
    assert moment.microsecond % 1000 == 0


def test_a_seat_keeps_what_the_row_said(directory: SeatDirectory) -> None:
    new = new_seat(2, firstname="李小龍", lastname="Ó Súilleabháin 🎷", attributes={"department": "Ventes «Québec»"})
    directory.create_seats(chunk_of([new]))
    [seat] = seats_of(directory)
    assert (seat.job_id, seat.line) == (JOB, 2)
    assert (seat.firstname, seat.lastname, seat.attributes) == (new.firstname, new.lastname, new.attributes)
    assert (seat.email, seat.extension) == (new.email, new.extension)
    assert (seat.phone_number, seat.device_mac) == (new.phone_number, new.device_mac)


def test_a_chunk_of_a_thousand_rows(directory: SeatDirectory) -> None:
    result = directory.create_seats(chunk_of(new_seat(line) for line in range(2, 1002)))
    assert codes(result.outcomes) == ["made"] * 1000
    assert len(seats_of(directory)) == 1000


def test_a_chunk_without_rows_has_no_outcomes(directory: SeatDirectory) -> None:
    assert directory.create_seats(chunk_of([])).outcomes == ()


def test_the_same_chunk_again_makes_nothing_and_gives_the_same_result(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(3)], job_id=OTHER_JOB))
    chunk = chunk_of([new_seat(2), replace(new_seat(3), line=4)])
    first = directory.create_seats(chunk)
    assert codes(first.outcomes) == ["made", "email_taken"]
    assert directory.create_seats(chunk) == first
    assert len(seats_of(directory)) == 2


def test_chunks_are_told_apart_by_number_job_and_account(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2)]))
    directory.create_seats(chunk_of([new_seat(3)], chunk=2))
    directory.create_seats(chunk_of([new_seat(4)], job_id=OTHER_JOB))
    assert {seat.line for seat in seats_of(directory)} == {2, 3, 4}
    assert codes(directory.create_seats(chunk_of([new_seat(5)], account="globex")).outcomes) == ["made"]


@pytest.mark.parametrize("column", ["email", "extension", "phone_number", "device_mac"])
def test_a_value_that_a_seat_has_already_fails_that_row_alone(directory: SeatDirectory, column: str) -> None:
    [made] = directory.create_seats(chunk_of([new_seat(7)], job_id=OTHER_JOB)).outcomes
    assert isinstance(made, Made)
    taken = new_seat(3, **{column: getattr(new_seat(7), column)})
    result = directory.create_seats(chunk_of([new_seat(2), taken, new_seat(4)]))
    assert codes(result.outcomes) == ["made", f"{column}_taken", "made"]
    assert isinstance(result.outcomes[1], NotMade)
    assert str(made.user_id) in result.outcomes[1].message


def test_three_unhappy_rows_never_take_down_their_neighbours(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of((new_seat(line) for line in (100, 500, 900)), job_id=OTHER_JOB))
    result = directory.create_seats(chunk_of(new_seat(line) for line in range(2, 1002)))
    unhappy = [outcome.line for outcome in result.outcomes if isinstance(outcome, NotMade)]
    assert unhappy == [100, 500, 900]
    assert len(seats_of(directory)) == 1000


def test_all_that_is_taken_is_told_and_the_first_column_gives_the_code(directory: SeatDirectory) -> None:
    held = directory.create_seats(chunk_of([new_seat(7), new_seat(8)], job_id=OTHER_JOB)).outcomes
    row = new_seat(2, extension=new_seat(7).extension, device_mac=new_seat(8).device_mac)
    [outcome] = directory.create_seats(chunk_of([row])).outcomes
    assert isinstance(outcome, NotMade)
    assert outcome.code == "extension_taken"
    assert all(str(made.user_id) in outcome.message for made in held if isinstance(made, Made))


def test_email_addresses_are_the_same_without_regard_to_case(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2, email="Straße@Example.com")], job_id=OTHER_JOB))
    result = directory.create_seats(chunk_of([new_seat(3, email="STRASSE@example.COM")]))
    assert codes(result.outcomes) == ["email_taken"]


def test_many_seats_may_have_no_phone_number_and_no_mac(directory: SeatDirectory) -> None:
    result = directory.create_seats(chunk_of(new_seat(n, phone_number=None, device_mac=None) for n in (2, 3, 4)))
    assert codes(result.outcomes) == ["made"] * 3


def test_two_rows_of_one_chunk_with_one_value_make_one_seat(directory: SeatDirectory) -> None:
    result = directory.create_seats(chunk_of([new_seat(2), new_seat(3, email=new_seat(2).email)]))
    assert codes(result.outcomes) == ["made", "email_taken"]
    assert len(seats_of(directory)) == 1


def test_another_account_may_have_the_same_values(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2)]))
    result = directory.create_seats(chunk_of([new_seat(2)], account="globex", job_id=OTHER_JOB))
    assert codes(result.outcomes) == ["made"]


def test_a_row_that_comes_in_a_chunk_cut_otherwise_is_the_seat_it_was(directory: SeatDirectory) -> None:
    first = directory.create_seats(chunk_of([new_seat(2), new_seat(3)]))
    second = directory.create_seats(chunk_of([new_seat(3), new_seat(4)], chunk=2))
    assert second.outcomes[0] == first.outcomes[1]
    assert codes(second.outcomes) == ["made", "made"]
    assert len(seats_of(directory)) == 3


def test_a_job_of_another_account_is_not_told_of(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of([new_seat(2)]))
    [outcome] = directory.create_seats(chunk_of([new_seat(2)], account="globex")).outcomes
    assert isinstance(outcome, NotMade)
    assert outcome.code == "user_id_taken"
    assert str(user_id_of(JOB, 2)) not in outcome.message
    assert seats_of(directory, "globex") == []


def test_many_jobs_of_many_accounts_keep_apart(directory: SeatDirectory) -> None:
    accounts = ["acme", "globex", "initech"]
    for account in accounts:
        directory.create_seats(chunk_of((new_seat(n) for n in (2, 3)), account=account, job_id=uuid4()))
    for account in accounts:
        assert len(seats_of(directory, account)) == 2
