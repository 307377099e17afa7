"""What is wrong with a file as a whole, or with its rows and cells: the table of bad input, row by row."""

import codecs

import pytest

from contracts.codec import Codec
from contracts.messages import JobAcceptedV1, JobRejectedV1, ProblemsFoundV1, SeatsAcceptedV1
from contracts.problems import CATALOGUE, Problem
from services.validator.settings import Limits
from tests.unit.contracts.chunk_rows import rows_of
from tests.unit.validator.fakes import REQUIRED, Site, csv_of, seat

HEADER = ",".join(REQUIRED)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
XLSX = b"PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml"


def rejection(site: Site, data: bytes) -> JobRejectedV1:
    _, message = site.validate(data)
    assert isinstance(message, JobRejectedV1)
    assert message.problem_count == sum(message.problems_by_code.values())
    assert set(message.problems_by_code) <= set(CATALOGUE)
    Codec("test").decode(Codec("test").encode(message))
    return message


def problems(site: Site, data: bytes) -> list[tuple[int, str | None, str]]:
    return [(problem.line, problem.column, problem.code) for problem in rejection(site, data).problems]


def only(site: Site, data: bytes) -> Problem:
    (problem,) = rejection(site, data).problems
    return problem


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty_file", 1),
        (b"\n\n", "empty_file", 1),
        (HEADER.encode(), "no_rows", 1),
        (f"{HEADER}\n\n,,,,\n".encode(), "no_rows", 1),
        (PNG, "not_csv", 1),
        (XLSX, "not_csv", 1),
        (f"{HEADER}\nA,B\0,c@example.com,100,virtual\n".encode(), "nul_byte", 2),
        (f"{HEADER}\nJürgen,B,c@example.com,100,virtual\n".encode("latin-1"), "wrong_encoding", 2),
        (f'{HEADER}\nAnn,"B,c@example.com,100,virtual\n'.encode(), "unclosed_quote", 2),
        (f'{HEADER}\nAnn,"B"b,c@example.com,100,virtual\n'.encode(), "stray_quote", 2),
        (f"{HEADER}{',x' * 1000}\n".encode(), "too_many_columns", 1),
    ],
)
def test_the_file(site: Site, data: bytes, code: str, line: int) -> None:
    problem = only(site, data)
    assert (problem.line, problem.column, problem.code) == (line, None, code)
    assert problem.message


def test_what_is_wrong_before_the_file_breaks_off_is_told_too(site: Site) -> None:
    data = csv_of([seat(1, extension="x"), seat(2)]) + b'Ann,"B'
    assert problems(site, data) == [(2, "extension", "not_digits"), (4, None, "unclosed_quote")]
    assert rejection(site, data).rows == 2


def test_missing_unknown_and_doubled_columns_are_named_with_what_is_near(site: Site) -> None:
    data = b"firstname,first_name,lastname,emali,exten,favourite colour\nAnn,Ann,Lee,a@example.com,100,red\n"
    message = rejection(site, data)
    assert [(p.code, p.column) for p in message.problems] == [
        ("unknown_column", "emali"),
        ("unknown_column", "favourite colour"),
        ("doubled_column", "firstname"),
        ("missing_column", "email"),
        ("missing_column", "seat_type"),
    ]
    told = [problem.message for problem in message.problems]
    assert "Did you mean email?" in told[0]
    assert "column 6" in told[1]
    assert "1 (“firstname”) and 2 (“first_name”)" in told[2]
    assert "Is “emali” meant?" in told[3]
    assert "seat_type (Seat type)" in told[4]
    assert {problem.line for problem in message.problems} == {1}
    assert message.rows == 0


def test_what_is_probably_meant_is_suggested_but_of_secrets_and_of_lost_digits(site: Site) -> None:
    row = seat(1, timezone="Berlin", phone_number="4.41E+11", voicemail_enabled="yes", voicemail_pin="x2468")
    found = {problem.column: problem for problem in rejection(site, csv_of([row])).problems}
    assert (found["timezone"].value, found["timezone"].suggestion) == ("Berlin", "Europe/Berlin")
    assert "Did you mean Europe/Berlin?" in found["timezone"].message
    assert found["phone_number"].suggestion is None
    assert (found["voicemail_pin"].value, found["voicemail_pin"].suggestion) == (None, None)
    assert "2468" not in found["voicemail_pin"].message
    found_in_header = rejection(site, csv_of([seat(1)]).replace(b"seat_type", b"seat typ")).problems
    assert [problem.suggestion for problem in found_in_header] == ["seat_type", None]


def test_a_file_without_header_does_not_tell_its_digits(site: Site) -> None:
    message = rejection(site, b"Ann,Lee,ann@example.com,1001,standard,48151623\n")
    assert "48151623" not in str(message)
    assert message.problems_by_code == {"no_header": 1}


@pytest.mark.parametrize(
    ("above", "line"),
    [("Staff,,,,\n", 2), ("\nNew starters in May\n,,,,\nfrom HR;final\n", 5), ("a,b,c\n" * 20, 21)],
)
def test_a_header_that_is_not_in_the_first_line_is_found(site: Site, above: str, line: int) -> None:
    problem = only(site, above.encode() + csv_of([seat(1)]))
    assert (problem.code, problem.column) == ("no_header", None)
    assert f"line {line} looks like it" in problem.message


@pytest.mark.parametrize("data", [b"Fill in the other sheet.\n", b"firstname/lastname/email\nAnn/Lee/a@example.com\n"])
def test_a_single_cell_that_is_no_column_is_no_header(site: Site, data: bytes) -> None:
    assert "names none of the template's columns" in only(site, data).message


@pytest.mark.parametrize("below", [b"", b"Ann,Lee\n", b"Ann,emails are bad\n", b'"never closed'])
def test_names_that_are_all_unknown_are_told_one_by_one(site: Site, below: bytes) -> None:
    message = rejection(site, "Prénom,Nom\n".encode() + below)
    assert message.problems_by_code == {"unknown_column": 2, "missing_column": 5}


def test_rows_that_are_all_of_another_width_are_told(site: Site) -> None:
    data = f"{HEADER}\n".encode() + b"Ann;Lee;a@example.com;100;virtual\n" * 3
    assert rejection(site, data).problems_by_code == {"row_too_short": 3}


@pytest.mark.parametrize("name", ["\u200be-mail", "  EMAIL ", "E_Mail", "E-mail address"])
def test_header_names_match_as_people_write_them(site: Site, name: str) -> None:
    data = csv_of([seat(1)]).replace(b"email", name.encode())
    assert isinstance(site.validate(data)[1], JobAcceptedV1)


def test_the_outcome_columns_of_a_summary_are_ignored(site: Site) -> None:
    rows = [seat(1, user_id="x", created_at="y", type="failed", reason="'=z")]
    assert isinstance(site.validate(csv_of(rows))[1], JobAcceptedV1)


def test_columns_without_a_name_are_harmless_while_empty(site: Site) -> None:
    data = f"{HEADER},,\nAnn,Lee,a@example.com,100,virtual,,\n".encode()
    assert isinstance(site.validate(data, key="other")[1], JobAcceptedV1)
    problem = only(site, data + b"Bob,Lee,b@example.com,101,virtual,,stray\n")
    assert (problem.line, problem.code, problem.value) == (3, "unknown_column", "stray")
    assert "column 7" in problem.message


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_rows_whose_values_are_separated_otherwise_than_the_header(site: Site, mark: str) -> None:
    found = only(site, csv_of([seat(1)]) + mark.join(seat(2).values()).encode())
    assert (found.line, found.code) == (3, "row_too_short")
    assert "another character than the header's" in found.message
    assert "another character" not in only(site, csv_of([seat(1)]) + b"a;b\n").message


def test_rows_of_which_none_is_as_wide_as_the_header(site: Site) -> None:
    """So many that there are batches with no other rows."""
    data = (HEADER + "\n" + "Ann,Lee\n" * 600).encode()
    assert rejection(site, data).problems_by_code == {"row_too_short": 600}


@pytest.mark.parametrize(("row", "code"), [("Ann,Lee", "row_too_short"), ("a,b,c,d,e,f", "row_too_long")])
def test_rows_of_another_width(site: Site, row: str, code: str) -> None:
    problem = only(site, csv_of([seat(1)]) + f"{row}\n".encode())
    assert (problem.line, problem.column, problem.code) == (3, None, code)
    assert "the header has 5" in problem.message


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("firstname", "", "required"),
        ("firstname", "x" * 129, "too_long"),
        ("firstname", "a\x07b", "control_character"),
        ("email", "ann", "not_an_email"),
        ("extension", "1", "lost_leading_zero"),
        ("extension", "12345678", "wrong_length"),
        ("extension", "1e5", "scientific_notation"),
        ("seat_type", "standart", "not_allowed"),
        ("phone_number", "4.41E+11", "scientific_notation"),
        ("phone_number", "14155550100", "lost_plus"),
        ("phone_number", "ask Ann", "not_a_phone_number"),
        ("password", "abc", "not_digits"),
        ("password", "123", "lost_leading_zero"),
        ("timezone", "Mars", "not_a_timezone"),
        ("language", "klingonish", "not_a_language"),
        ("device_mac", "00:11", "not_a_mac"),
        ("voicemail_enabled", "perhaps", "not_allowed"),
        ("voicemail_pin", "123", "lost_leading_zero"),
        ("department", "x" * 1001, "cell_too_long"),
    ],
)
def test_cells(site: Site, column: str, cell: str, code: str) -> None:
    problem = only(site, csv_of([seat(1), seat(2, **{column: cell})]))
    assert (problem.line, problem.column, problem.code) == (3, column, code)
    secret = column in ("password", "voicemail_pin")
    assert problem.value == (None if secret else cell if len(cell) <= 100 else cell[:100] + "…")


def test_cells_of_nothing_but_white_space_are_empty(site: Site) -> None:
    rows = [seat(1, department=" ", phone_number="\u200b"), seat(2, lastname=" \u00a0")]
    problem = only(site, csv_of(rows))
    assert (problem.line, problem.column, problem.code) == (3, "lastname", "required")


def test_a_pin_is_needed_where_voicemail_is_on(site: Site) -> None:
    problem = only(site, csv_of([seat(1, voicemail_enabled="no"), seat(2, voicemail_enabled="Y")]))
    assert (problem.line, problem.column, problem.code) == (3, "voicemail_pin", "required")
    assert "voicemail_enabled is yes" in problem.message


def test_a_secret_is_told_neither_as_value_nor_in_the_message(site: Site) -> None:
    problem = only(site, csv_of([seat(1, password="4.41E+11")]))
    assert problem.code == "scientific_notation"
    assert problem.value is None
    assert "4.41" not in problem.message


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("email", "Ann@Example.com", "ann@example.COM"),
        ("extension", "1001", "1001"),
        ("phone_number", "+14155550100", "+1 (415) 555-0100"),
        ("device_mac", "00:1A:2B:3C:4D:5E", "001a.2b3c.4d5e"),
    ],
)
def test_what_is_doubled_in_the_file(site: Site, column: str, first: str, second: str) -> None:
    rows = [seat(1, **{column: first}), seat(2), seat(3, **{column: second}), seat(4, **{column: second})]
    message = rejection(site, csv_of([row | {"extension": row["extension"]} for row in rows]))
    assert [(p.line, p.column, p.code, p.value) for p in message.problems] == [
        (4, column, "duplicate_in_file", second),
        (5, column, "duplicate_in_file", second),
    ]
    assert "Lines 2 and 4" in message.problems[0].message
    assert "Lines 2 and 5" in message.problems[1].message


def test_doubles_are_found_across_batches(site: Site) -> None:
    rows = [seat(n) for n in range(3000)]
    rows[2999]["email"] = "ANN0@example.com"
    problem = only(site, csv_of(rows))
    assert (problem.line, problem.code) == (3001, "duplicate_in_file")
    assert "Lines 2 and 3001" in problem.message


@pytest.mark.parametrize(
    ("column", "stored", "cell"),
    [
        ("email", "ann7@example.com", "Ann7@Example.com"),
        ("extension", "1007", "1007"),
        ("phone_number", "+14155550100", "+1 415 555 0100"),
        ("device_mac", "00:1a:2b:3c:4d:5e", "001A2B3C4D5E"),
    ],
)
def test_what_a_seat_of_the_account_has_already(site: Site, column: str, stored: str, cell: str) -> None:
    user_id = site.seats.take(column, stored)
    site.seats.take(column, stored, account="other")
    problem = only(site, csv_of([seat(1), seat(2, **{column: cell})]))
    assert (problem.line, problem.column, problem.code, problem.value) == (3, column, "seat_exists", cell)
    assert user_id in problem.message


def test_the_directory_is_asked_a_thousand_rows_at_a_time(site: Site) -> None:
    site.validate(csv_of(seat(n) for n in range(2100)))
    assert [[len(values) for values in asked.values()] for asked in site.seats.asked] == [
        [1000] * 2,
        [1000] * 2,
        [100] * 2,
    ]


def test_rows_that_are_wrong_elsewhere_are_still_compared(site: Site) -> None:
    site.seats.take("extension", "1001")
    assert problems(site, csv_of([seat(1, email="x"), seat(1, email="y")])) == [
        (2, "email", "not_an_email"),
        (2, "extension", "seat_exists"),
        (3, "email", "not_an_email"),
        (3, "extension", "duplicate_in_file"),
        (3, "extension", "seat_exists"),
    ]


def test_problems_stand_in_file_order(site: Site) -> None:
    columns = ["seat_type", "extension", "email", "lastname", "firstname", "voicemail_enabled"]
    site.seats.take("email", "ann3@example.com")
    rows = [
        seat(1, firstname="", seat_type="x", voicemail_enabled="yes"),
        seat(2, extension="x"),
        seat(3, extension="1001", lastname=""),
    ]
    assert problems(site, csv_of(rows, columns)) == [
        (2, "seat_type", "not_allowed"),
        (2, "firstname", "required"),
        (2, "voicemail_pin", "required"),
        (3, "extension", "not_digits"),
        (4, "extension", "duplicate_in_file"),
        (4, "email", "seat_exists"),
        (4, "lastname", "required"),
    ]


def test_all_problems_are_counted_and_as_many_told_as_are_wanted(site: Site) -> None:
    site.limits = Limits(problems_told=2345)
    data = csv_of(seat(n, extension="x", lastname="") for n in range(1200))
    _, *found, last = site.validate(data)
    assert isinstance(last, JobRejectedV1)
    assert last.rows == 1200
    assert last.problems_by_code == {"required": 1200, "not_digits": 1200}
    assert last.problem_count == 2400
    told = [*last.problems]
    for part in found:
        assert isinstance(part, ProblemsFoundV1)
        assert part.after == len(told)
        assert Codec("test").decode(Codec("test").encode(part)) == part
        told += part.problems
    assert [len(last.problems), *(len(part.problems) for part in found if isinstance(part, ProblemsFoundV1))] == [
        *(1000, 1000, 345)
    ]
    columns = ["lastname", "extension"]
    assert [(p.line, p.column) for p in told] == [(2 + n // 2, columns[n % 2]) for n in range(2345)]


def test_problems_found_in_different_ways_are_told_in_file_order(site: Site) -> None:
    """Cells that are wrong, values that stand twice, values that Seats have: each row has one of each."""
    rows = 3000
    for number in range(rows):
        site.seats.take("extension", str(1000 + number))
    data = csv_of(seat(n, email=f"ann{n % 1500}@example.com", seat_type="x") for n in range(rows))
    _, *found, last = site.validate(data)
    assert isinstance(last, JobRejectedV1)
    assert last.problems_by_code == {"not_allowed": 3000, "seat_exists": 3000, "duplicate_in_file": 1500}
    told = [*last.problems, *(p for part in found if isinstance(part, ProblemsFoundV1) for p in part.problems)]
    assert len(told) == 7500
    expected = [
        (2 + n, code)
        for n in range(rows)
        for code in (*(["duplicate_in_file"] if n >= 1500 else []), "seat_exists", "not_allowed")
    ]
    assert [(p.line, p.code) for p in told] == expected


def test_the_messages_of_many_long_problems_stay_small(site: Site) -> None:
    _, *messages = site.validate(csv_of(seat(n, seat_type="\x07" * 900) for n in range(1200)))
    assert len(messages) == 2
    counts = [len(m.problems) for m in messages if isinstance(m, JobRejectedV1 | ProblemsFoundV1)]
    assert sum(counts) == 1200
    assert 300 < max(counts) < 1000
    assert max(len(Codec("test").encode(message).body) for message in messages) < 600_000


def test_too_many_rows(site: Site) -> None:
    site.limits = Limits(rows=3)
    assert isinstance(site.validate(csv_of(seat(n) for n in range(3)), key="other")[1], JobAcceptedV1)
    message = rejection(site, csv_of(seat(n) for n in range(10)))
    assert [(p.line, p.code) for p in message.problems] == [(5, "too_many_rows")]
    assert "more than 3 rows" in message.problems[0].message
    assert message.rows == 3


def test_a_cell_over_the_limit_is_told_once(site: Site) -> None:
    site.limits = Limits(cell_length=30)
    long = "x" * 20 + "@example.com"
    assert problems(site, csv_of([seat(1, email=long, extension="x")])) == [
        (2, "email", "cell_too_long"),
        (2, "extension", "not_digits"),
    ]


def test_a_guard_is_taken_off(site: Site) -> None:
    *_, chunk = site.validate(csv_of([seat(1, phone_number="'+14155550100", department="'=Sales")]))
    assert isinstance(chunk, SeatsAcceptedV1)
    assert {"+14155550100", "=Sales"} < set(rows_of(chunk)[0].values)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_as_spreadsheets_save_them(site: Site, encoding: str, delimiter: str, newline: str) -> None:
    text = csv_of([seat(1, lastname="Łukasz"), seat(2)]).decode()
    data = text.replace(",", delimiter).replace("\n", newline).encode(encoding)
    assert data.startswith(codecs.BOM_UTF8) == (encoding == "utf-8-sig")
    accepted = site.validate(data)[1]
    assert isinstance(accepted, JobAcceptedV1)
    assert accepted.rows == 2
