"""Finding Seats: what every directory must do."""

import pytest

from contracts.ids import user_id_of
from services.provisioner.directory import SeatDirectory
from services.provisioner.listing import START, Seat
from tests.unit.provisioner.making import JOB, OTHER_JOB, chunk_of, new_seat

ZOE = new_seat(
    2,
    firstname="Zoë Anne",
    lastname="O'Neil-Smith",
    email="Zoe.Smith+phones@Mail.Example.org",
    extension="2041",
    phone_number="+4930901820",
    device_mac="00:1a:2b:3c:4d:5e",
)
LI = new_seat(
    3, firstname="小龍", lastname="李", email="bruce@example.com", extension="3077", phone_number=None, device_mac=None
)


@pytest.fixture
def two_seats(directory: SeatDirectory) -> SeatDirectory:
    directory.create_seats(chunk_of([ZOE, LI]))
    return directory


def lines(directory: SeatDirectory, text: str, account: str = "acme") -> list[int]:
    return [seat.line for seat in directory.search(account, text, after=START, limit=100).seats]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "zoe",
            "Zoë",
            "ZO",
            "anne",
            "zoe smi",
            "smith anne",
            "o'neil",
            "oneil",
            "neil",
            "o'neil-smith",
            "  zoe  ",
            "zoe:*",
            "!zoe",
        ),
        *("zoe.smith", "ZOE.SMITH+PHONES@mail.example.org", "phones", "mail.example", "zoe.smith+ph"),
        *("2041", "20", "+4930901820", "4930901820", "30901820", "30 901820", "(30) 90-1820", "1820", "+49 30"),
        *("00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E", "001A.2B3C.4D5E", "001a2b3c4d5e", "00:1a:2b", "3c4d5e"),
    ],
)
def test_a_seat_is_found_by(two_seats: SeatDirectory, text: str) -> None:
    assert lines(two_seats, text) == [2]


def test_a_seat_is_found_by_its_name_in_any_script(two_seats: SeatDirectory) -> None:
    assert lines(two_seats, "李") == [3]
    assert lines(two_seats, "李 小") == [3]


def test_a_seat_is_found_by_its_user_id(two_seats: SeatDirectory) -> None:
    assert lines(two_seats, f" {user_id_of(JOB, 3)} ") == [3]
    assert lines(two_seats, str(user_id_of(JOB, 4))) == []


@pytest.mark.parametrize("text", ["", "   "])
def test_no_text_finds_all_newest_first(two_seats: SeatDirectory, text: str) -> None:
    two_seats.create_seats(chunk_of([new_seat(1)], job_id=OTHER_JOB))
    assert lines(two_seats, text) == [1, 3, 2]


@pytest.mark.parametrize(
    "text",
    [
        *("oe", "zoe li", "zoey", "999999", "standard", "Sales"),
        *("'", "''", "\\", "\\'", "zoe & anne", "zoe | li", "%", "_", "*", "-----", "(zoe)x", "<->"),
        "ﷺ" * 100,
    ],
)
def test_no_seat_is_found_by(two_seats: SeatDirectory, text: str) -> None:
    assert lines(two_seats, text) == []


def test_pages_have_every_seat_once_in_one_order(directory: SeatDirectory) -> None:
    directory.create_seats(chunk_of(new_seat(line) for line in range(2, 9)))
    directory.create_seats(chunk_of((new_seat(line) for line in range(20, 26)), job_id=OTHER_JOB))
    for text in ("", "amelie"):
        whole = directory.search("acme", text, after=START, limit=100)
        assert whole.next is None
        paged: list[Seat] = []
        after = START
        while True:
            page = directory.search("acme", text, after=after, limit=3)
            paged += page.seats
            if page.next is None:
                break
            assert len(page.seats) == 3
            after = page.next
        assert paged == list(whole.seats)
        assert len({seat.user_id for seat in paged}) == 13
        positions = [seat.position for seat in paged]
        assert positions == sorted(positions, reverse=True)


def test_a_page_that_is_just_full_has_no_next_one(two_seats: SeatDirectory) -> None:
    assert two_seats.search("acme", "", after=START, limit=2).next is None


def test_nothing_of_another_account_is_found(two_seats: SeatDirectory) -> None:
    two_seats.create_seats(chunk_of([new_seat(5)], account="globex", job_id=OTHER_JOB))
    assert lines(two_seats, "", account="globex") == [5]
    assert lines(two_seats, "zoe", account="globex") == []
    assert lines(two_seats, str(user_id_of(JOB, 2)), account="globex") == []
    assert lines(two_seats, str(user_id_of(OTHER_JOB, 5)), account="globex") == [5]
