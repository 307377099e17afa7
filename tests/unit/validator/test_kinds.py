"""Jobs that update or delete Seats: which files are accepted, what is told of others, and what would change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import template
from contracts.messages import (
    Change,
    Contract,
    JobAcceptedV1,
    JobCheckedV1,
    JobFailedV1,
    JobRejectedV1,
    SeatsAcceptedV1,
)
from contracts.problems import CATALOGUE
from contracts.sealing import is_sealed
from services.validator.changes import ChangeLog
from services.validator.conflicts import KnownSeat
from services.validator.handler import validate_seats
from tests.unit.validator.fakes import OTHER_JOB, SEALER, Site, csv_of


def run(site: Site, kind: str, rows: Sequence[Mapping[str, str]], **job: Any) -> list[Contract]:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    submitted = replace(site.submit(csv_of(rows, columns), key=job.pop("key", "one")), kind=kind, **job)
    _, *told = validate_seats(submitted, surroundings=site.surroundings())
    return told


def problems(site: Site, kind: str, rows: Sequence[Mapping[str, str]], **job: Any) -> list[tuple[int, str | None, str]]:
    [rejected] = run(site, kind, rows, **job)
    assert isinstance(rejected, JobRejectedV1)
    found = [(problem.line, problem.column, problem.code) for problem in rejected.problems]
    assert rejected.problem_count == len(found)
    assert {code for _, _, code in found} <= CATALOGUE.keys()
    return found


def chunk_of(told: list[Contract]) -> SeatsAcceptedV1:
    accepted, chunk = told
    assert isinstance(accepted, JobAcceptedV1)
    assert isinstance(chunk, SeatsAcceptedV1)
    return chunk


def values(chunk: SeatsAcceptedV1) -> dict[str, list[str | None]]:
    return {name: list(cells) for name, cells in zip(chunk.columns, chunk.values, strict=True)}


def test_an_update_is_accepted_with_what_is_to_be_changed(site: Site) -> None:
    ann, bob = site.seats.know(1), site.seats.know(2)
    rows = [
        {"User ID": ann.upper(), "department": "[clear]", "phone": "+1 415 555 0101", "location": ""},
        {"User ID": bob, "department": "", "phone": "[Clear]", "location": ""},
    ]
    chunk = chunk_of(run(site, "update", rows))
    assert (chunk.kind, chunk.undo_of, chunk.lines) == ("update", None, (2, 3))
    assert values(chunk) == {"user_id": [ann, bob], "department": ["", None], "phone_number": ["+14155550101", ""]}


def test_a_column_that_is_cleared_in_every_row_travels(site: Site) -> None:
    ann = site.seats.know(1)
    assert values(chunk_of(run(site, "update", [{"user_id": ann, "password": "[clear]"}])))["password"] == [""]


def test_a_value_that_many_lose_is_no_duplicate(site: Site) -> None:
    rows = [{"user_id": site.seats.know(number), "phone_number": "[clear]"} for number in (1, 2, 3)]
    assert values(chunk_of(run(site, "update", rows)))["phone_number"] == ["", "", ""]


def test_new_secrets_travel_sealed(site: Site) -> None:
    ids = [site.seats.know(number) for number in (1, 2, 3)]
    cells = ["48151623", "[clear]", ""]
    rows = [{"user_id": one, "password": cell} for one, cell in zip(ids, cells, strict=True)]
    sealed, cleared, left = values(chunk_of(run(site, "update", rows)))["password"]
    assert sealed is not None
    assert is_sealed(sealed)
    assert SEALER.open(sealed) == "48151623"
    assert (cleared, left) == ("", None)


def test_chunks_say_what_is_to_become_of_their_rows(site: Site) -> None:
    site.window = 1
    ids = [site.seats.know(number) for number in range(1, 1102)]
    rows = [{"user_id": one} for one in ids]
    accepted, first = run(site, "delete", rows)
    assert isinstance(accepted, JobAcceptedV1)
    assert isinstance(first, SeatsAcceptedV1)
    assert (accepted.rows, accepted.chunks, first.kind, first.columns) == (1_101, 2, "delete", ("user_id",))
    second = site.surroundings().waiting.after(accepted.account, accepted.job_id, 1)
    assert second is not None
    assert (second.kind, values(second)["user_id"]) == ("delete", ids[1_000:])


def test_a_deletion_looks_at_user_ids_alone(site: Site) -> None:
    ann = site.seats.know(1)
    rows = [{"user_id": ann, "email": "no address", "extension": "", "created_at": "2026"}]
    chunk = chunk_of(run(site, "delete", rows))
    assert values(chunk) == {"user_id": [ann]}
    assert site.seats.asked == [{"user_id": [ann]}]


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_seats_that_are_not_there_or_named_twice_or_not_at_all_are_problems(site: Site, kind: str) -> None:
    ann, stranger = site.seats.know(1), site.seats.know(2, account="globex")
    rows = [{"user_id": one, "department": "x"} for one in (ann, str(uuid4()), "7", "", ann, stranger)]
    assert problems(site, kind, rows) == [
        (3, "user_id", "seat_unknown"),
        (4, "user_id", "not_a_user_id"),
        (5, "user_id", "required"),
        (6, "user_id", "duplicate_in_file"),
        (7, "user_id", "seat_unknown"),
    ]


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_a_file_without_user_ids_is_a_problem(site: Site, kind: str) -> None:
    assert problems(site, kind, [{"email": "a@example.com"}]) == [(1, "user_id", "missing_column")]


def test_what_every_seat_has_is_not_cleared(site: Site) -> None:
    ann = site.seats.know(1)
    assert problems(site, "update", [{"user_id": ann, "email": "[clear]"}]) == [(2, "email", "cannot_clear")]


def test_a_seats_own_value_is_no_conflict_and_that_of_another_is(site: Site) -> None:
    ann, bob = site.seats.know(1), site.seats.know(2)
    rows = [{"user_id": ann, "extension": "1001"}, {"user_id": bob, "extension": "1001"}]
    assert problems(site, "update", rows) == [(3, "extension", "duplicate_in_file"), (3, "extension", "seat_exists")]
    assert isinstance(run(site, "update", rows[:1], key="two")[0], JobAcceptedV1)


def test_whoever_wants_a_value_that_another_gives_up_is_told_what_to_do(site: Site) -> None:
    ann, bob = site.seats.know(1), site.seats.know(2)
    [rejected] = run(site, "update", [{"user_id": ann, "extension": "1002"}, {"user_id": bob, "extension": "1003"}])
    assert isinstance(rejected, JobRejectedV1)
    [problem] = rejected.problems
    assert (problem.line, problem.code) == (2, "seat_exists")
    assert bob in problem.message
    assert "upload its row first" in problem.message


PIN = {"sealed": ["voicemail_pin"], "voicemail_enabled": "yes"}


@pytest.mark.parametrize(
    ("seat", "row", "is_lacking"),
    [
        ({}, {"voicemail_enabled": "yes"}, True),
        ({}, {"voicemail_enabled": "yes", "voicemail_pin": "2468"}, False),
        ({}, {"voicemail_enabled": "no"}, False),
        ({"sealed": ["voicemail_pin"]}, {"voicemail_enabled": "yes"}, False),
        (PIN, {"voicemail_pin": "[clear]"}, True),
        (PIN, {"voicemail_pin": "[clear]", "voicemail_enabled": "no"}, False),
        (PIN, {"voicemail_pin": "[clear]", "voicemail_enabled": "[clear]"}, False),
        (PIN, {"voicemail_pin": "", "voicemail_enabled": "yes"}, False),
        (PIN, {"voicemail_pin": "1357"}, False),
        ({"voicemail_enabled": "yes"}, {"department": "x", "voicemail_pin": ""}, False),  # nothing is made worse
    ],
)
def test_a_seat_must_not_lack_what_it_needs_afterwards(
    site: Site, seat: dict[str, Any], row: dict[str, str], is_lacking: bool
) -> None:
    rows = [{"user_id": site.seats.know(1, **seat)} | row]
    if is_lacking:
        assert problems(site, "update", rows) == [(2, "voicemail_pin", "needed_by_seat")]
    else:
        chunk_of(run(site, "update", rows))


def test_a_dry_run_of_an_update_tells_what_would_change(site: Site) -> None:
    ann = site.seats.know(1, department="Sales", language="en", sealed=["password"])
    bob = site.seats.know(2, department="Sales")
    rows = [
        {"user_id": ann, "department": "Ventes", "language": "[clear]", "password": "4711", "email": ""},
        {"user_id": bob, "department": "Sales", "language": "[clear]", "password": "[clear]", "email": "b@b.co"},
    ]
    [checked] = run(site, "update", rows, dry_run=True)
    assert isinstance(checked, JobCheckedV1)
    assert (checked.rows, checked.changed_rows, checked.change_count) == (2, 2, 4)
    assert checked.changes == (
        Change(line=2, user_id=UUID(ann), column="password", before=None, after=None),
        Change(line=2, user_id=UUID(ann), column="department", before="Sales", after="Ventes"),
        Change(line=2, user_id=UUID(ann), column="language", before="en", after=None),
        Change(line=3, user_id=UUID(bob), column="email", before="ann2@example.com", after="b@b.co"),
    )
    assert not site.seats.verdicts


def test_a_dry_run_that_would_change_nothing_says_so(site: Site) -> None:
    [checked] = run(site, "update", [{"user_id": site.seats.know(1), "extension": "1001"}], dry_run=True)
    assert isinstance(checked, JobCheckedV1)
    assert (checked.rows, checked.changed_rows, checked.changes) == (1, 0, ())


def test_an_undo_goes_on_whatever_became_of_the_seats(site: Site) -> None:
    ann = site.seats.know(1)
    gone = str(uuid4())
    chunk = chunk_of(run(site, "delete", [{"user_id": ann}, {"user_id": gone}], undo_of=OTHER_JOB))
    assert (chunk.kind, chunk.undo_of, values(chunk)) == ("delete", OTHER_JOB, {"user_id": [ann, gone]})
    assert site.seats.asked == []


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_a_job_that_was_accepted_stays_accepted_when_its_seats_are_gone(site: Site, kind: str) -> None:
    """As they are when a validator is killed behind its verdict, and the provisioner was quick."""
    rows = [{"user_id": site.seats.know(number), "voicemail_enabled": "no"} for number in (1, 2)]
    first = chunk_of(run(site, kind, rows))
    site.seats.known.clear()
    assert chunk_of(run(site, kind, rows)) == first


def test_an_accepted_job_with_a_problem_of_its_own_fails(site: Site) -> None:
    rows = [{"user_id": site.seats.know(1), "email": "[clear]"}]
    job_id = site.submit(b"").job_id
    site.seats.verdicts["acme", job_id] = "accepted"
    [failed] = run(site, "update", rows)
    assert isinstance(failed, JobFailedV1)
    assert failed.code == "rules_changed"


def known(number: int) -> KnownSeat:
    return KnownSeat(user_id=str(UUID(int=number)), values={"department": "old"})


def test_of_many_changes_the_first_are_kept_and_all_counted() -> None:
    log = ChangeLog(template.latest(), most=3)
    for start in (2, 4):
        lines = range(start, start + 2)
        log.add(lines, {"department": ["a", "b"], "location": ["c", None]}, [known(line) for line in lines])
    assert [(change.line, change.column) for change in log.first] == [
        (2, "department"),
        (2, "location"),
        (3, "department"),
    ]
    assert (log.count, log.rows) == (6, 4)


def test_changes_have_room_in_a_message() -> None:
    log = ChangeLog(template.latest(), most_bytes=1_000)
    log.add(range(2, 12), {"department": ["x" * 400, *["y"] * 9]}, [known(line) for line in range(10)])
    assert [change.after for change in log.first][1:] == ["y", "y", "y"]
    log.add([12], {"department": ["z"]}, [known(12)])
    assert (len(log.first), log.count) == (4, 11)
