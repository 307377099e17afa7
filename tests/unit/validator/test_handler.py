"""From a submitted job to the messages about it."""

import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, islice
from uuid import UUID

import pytest

from contracts.codec import Codec
from contracts.messages import (
    Contract,
    JobAcceptedV1,
    JobCheckedV1,
    JobFailedV1,
    JobRejectedV1,
    SeatsAcceptedV1,
    ValidationProgressedV1,
    ValidationStartedV1,
)
from contracts.sealing import is_sealed
from messaging.errors import Reject, Retry
from services.validator.conflicts import Conflict
from services.validator.handler import handle, validate_seats
from services.validator.settings import Limits
from services.validator.source import SourceMissing
from tests.unit.contracts.chunk_rows import rows_of
from tests.unit.validator.fakes import ACCOUNT, NOW, REQUIRED, SEALER, BreakingOff, Kept, Seats, Site, csv_of, seat
from web.client import ServiceUnavailable


def rejected(messages: list[Contract]) -> JobRejectedV1:
    started, last = messages
    assert isinstance(started, ValidationStartedV1)
    assert isinstance(last, JobRejectedV1)
    return last


def failed(messages: list[Contract]) -> JobFailedV1:
    started, last = messages
    assert isinstance(started, ValidationStartedV1)
    assert isinstance(last, JobFailedV1)
    return last


def test_a_good_file_is_accepted_and_its_rows_follow(site: Site) -> None:
    data = csv_of([seat(1, phone_number="+1 415 555 0101", timezone="america/vancouver"), seat(2)])
    started, accepted, chunk = site.validate(data)
    assert started == ValidationStartedV1(job_id=started.job_id, account=ACCOUNT, started_at=NOW)
    assert isinstance(accepted, JobAcceptedV1)
    assert (accepted.rows, accepted.chunks) == (2, 1)
    assert isinstance(chunk, SeatsAcceptedV1)
    assert (chunk.chunk, chunk.template_version, chunk.columns) == (1, 1, (*REQUIRED, "phone_number", "timezone"))
    assert [row.line for row in rows_of(chunk)] == [2, 3]
    first = dict(zip(chunk.columns, rows_of(chunk)[0].values, strict=True))
    assert first["phone_number"] == "+14155550101"
    assert first["timezone"] == "America/Vancouver"
    second = dict(zip(chunk.columns, rows_of(chunk)[1].values, strict=True))
    assert (second["phone_number"], second["timezone"]) == (None, None)
    assert site.seats.verdicts == {(ACCOUNT, accepted.job_id): "accepted"}


def test_secrets_travel_sealed(site: Site) -> None:
    *_, chunk = site.validate(csv_of([seat(1, password="48151623", voicemail_enabled="yes", voicemail_pin="2468")]))
    assert isinstance(chunk, SeatsAcceptedV1)
    values = dict(zip(chunk.columns, rows_of(chunk)[0].values, strict=True))
    for name, secret in (("password", "48151623"), ("voicemail_pin", "2468")):
        sealed = values[name]
        assert sealed is not None
        assert is_sealed(sealed)
        assert SEALER.open(sealed) == secret
    assert b"48151623" not in Codec("test").encode(chunk).body


def test_one_problem_rejects_the_whole_file(site: Site) -> None:
    message = rejected(site.validate(csv_of([seat(1), seat(2, extension="12a"), seat(3)])))
    assert (message.rows, message.problem_count, message.problems_by_code) == (3, 1, {"not_digits": 1})
    (problem,) = message.problems
    assert (problem.line, problem.column, problem.code, problem.value) == (3, "extension", "not_digits", "12a")
    assert site.seats.verdicts == {(ACCOUNT, message.job_id): "rejected"}


def test_the_verdict_is_stored_before_it_is_told(site: Site) -> None:
    for data, verdict in ((csv_of([seat(1)]), "accepted"), (b"", "rejected")):
        site.seats.verdicts.clear()
        told = validate_seats(site.submit(data), surroundings=site.surroundings())
        next(told)
        assert not site.seats.verdicts
        next(told)
        assert list(site.seats.verdicts.values()) == [verdict]
        told_on = list(told)
        assert len(told_on) == (verdict == "accepted")


def test_rows_are_told_in_chunks_of_a_thousand(site: Site) -> None:
    _, accepted, *chunks = site.validate(csv_of(seat(n) for n in range(2500)))
    assert isinstance(accepted, JobAcceptedV1)
    assert (accepted.rows, accepted.chunks) == (2500, 3)
    assert [chunk.chunk for chunk in chunks if isinstance(chunk, SeatsAcceptedV1)] == [1, 2, 3]
    lines = [row.line for chunk in chunks if isinstance(chunk, SeatsAcceptedV1) for row in rows_of(chunk)]
    assert lines == list(range(2, 2502))


def test_a_message_of_wide_rows_stays_below_a_mebibyte(site: Site) -> None:
    wide = dict.fromkeys(("department", "location", "device_model"), "Ж" * 128)
    _, accepted, *chunks = site.validate(csv_of(seat(n, firstname="Ж" * 128, **wide) for n in range(2000)))
    assert isinstance(accepted, JobAcceptedV1)
    assert accepted.chunks == len(chunks) > 2
    sizes = [len(Codec("test").encode(chunk).body) for chunk in chunks]
    assert max(sizes) <= 1_048_576
    assert sizes[0] > 300_000


@pytest.mark.parametrize("cut", range(1, 5))
def test_killed_at_any_message_and_run_again_it_says_the_same(site: Site, cut: int) -> None:
    """Also when the Seats of the first run were made meanwhile: they are the job's own and no conflict."""
    job = site.submit(csv_of(seat(n, password="1234567") for n in range(2100)))
    first = validate_seats(job, surroundings=site.surroundings())
    before = [next(first) for _ in range(cut)]
    del first
    for number in range(1000):
        site.seats.take("email", f"ann{number}@example.com", job_id=job.job_id)
    again = list(validate_seats(job, surroundings=site.surroundings()))
    codec = Codec("test", clock=lambda: NOW)
    assert [codec.encode(m).message_id for m in again[:cut]] == [codec.encode(m).message_id for m in before]
    lines = [[row.line for row in rows_of(m)] for m in again if isinstance(m, SeatsAcceptedV1)]
    assert [len(chunk) for chunk in lines] == [1000, 1000, 100]


@pytest.mark.parametrize("cut", range(1, 5))
def test_killed_among_its_problems_and_run_again_it_says_the_same(site: Site, cut: int) -> None:
    job = site.submit(csv_of(seat(n % 1500, seat_type="gold") for n in range(2600)))
    first = validate_seats(job, surroundings=site.surroundings())
    before = [next(first) for _ in range(cut)]
    del first
    again = list(validate_seats(job, surroundings=site.surroundings()))
    codec = Codec("test", clock=lambda: NOW)
    assert [codec.encode(m) for m in again[:cut]] == [codec.encode(m) for m in before]
    assert len(again) == 2 + 4
    assert len({codec.encode(m).message_id for m in again}) == len(again)


def test_an_accepted_job_stays_accepted_whatever_was_taken_meanwhile(site: Site) -> None:
    data = csv_of([seat(1), seat(2)])
    site.validate(data)
    site.seats.take("extension", "1002")
    _, accepted, chunk = site.validate(data)
    assert isinstance(accepted, JobAcceptedV1)
    assert isinstance(chunk, SeatsAcceptedV1)
    assert [row.line for row in rows_of(chunk)] == [2, 3]


def test_a_rejected_job_stays_rejected_when_its_conflict_is_gone(site: Site) -> None:
    data = csv_of([seat(1)])
    site.seats.take("extension", "1001")
    assert rejected(site.validate(data)).problems_by_code == {"seat_exists": 1}
    site.seats.taken.clear()
    message = rejected(site.validate(data))
    assert message.problems_by_code == {"seats_changed": 1}
    assert "Nothing was created" in message.problems[0].message


def test_an_accepted_job_whose_limits_shrank_fails(site: Site) -> None:
    data = csv_of([seat(1), seat(2)])
    site.validate(data)
    site.limits = Limits(rows=1)
    message = failed(site.validate(data))
    assert (message.stage, message.code) == ("validator", "rules_changed")


@pytest.mark.parametrize("before", ["nothing", "accepted", "rejected"])
@pytest.mark.parametrize("good", [True, False])
def test_of_a_cancelled_job_nothing_more_is_told(site: Site, before: str, good: bool) -> None:
    data = csv_of([seat(1), seat(2) if good else seat(1)])
    job = site.submit(data)
    if before == "accepted":
        site.seats.verdicts[ACCOUNT, job.job_id] = "accepted"
    elif before == "rejected":
        site.seats.verdicts[ACCOUNT, job.job_id] = "rejected"
    site.seats.cancelled.add((ACCOUNT, job.job_id))
    [started] = validate_seats(job, surroundings=site.surroundings())
    assert isinstance(started, ValidationStartedV1)


def dry(site: Site, data: bytes) -> Contract:
    job = replace(site.submit(data), dry_run=True)
    started, last = validate_seats(job, surroundings=site.surroundings())
    assert isinstance(started, ValidationStartedV1)
    return last


def test_a_dry_run_of_a_good_file_ends_with_the_number_of_its_rows(site: Site) -> None:
    checked = dry(site, csv_of(seat(n, password=f"{n:04d}") for n in range(2300)))
    assert isinstance(checked, JobCheckedV1)
    assert (checked.rows, checked.change_count, checked.changed_rows, checked.changes) == (2300, 0, 0, ())
    assert checked.checked_at == NOW


def test_a_dry_run_finds_what_the_job_itself_would_find(site: Site) -> None:
    site.seats.take("extension", "1003")
    data = csv_of([seat(1), seat(2, email="ann1@example.com"), seat(3), seat(4, seat_type="x")])
    found = dry(site, data)
    assert isinstance(found, JobRejectedV1)
    assert [problem.code for problem in found.problems] == ["duplicate_in_file", "seat_exists", "not_allowed"]
    assert found == rejected(site.validate(data))


@pytest.mark.parametrize("good", [True, False])
def test_a_dry_run_stores_nothing(site: Site, good: bool) -> None:
    """So that it may be made as often as one likes, and another run of it may come to another end."""
    dry(site, csv_of([seat(1), seat(2 if good else 1)]))
    assert not site.seats.verdicts
    assert isinstance(site.kept, Kept)
    assert not site.kept.stored


def test_a_dry_run_is_not_bound_by_an_earlier_one(site: Site) -> None:
    data = csv_of([seat(1)])
    site.seats.take("extension", "1001")
    assert isinstance(dry(site, data), JobRejectedV1)
    site.seats.taken.clear()
    assert isinstance(dry(site, data), JobCheckedV1)


def test_columns_are_read_as_what_was_chosen_for_them(site: Site) -> None:
    data = b"firstname,Nachname,email,Durchwahl,seat_type,Kostenstelle,\nAnn,Lee,a@example.com,100,virtual,7,8\n"
    chosen = {"\ufeffNachname": "lastname", "durchwahl ": "extension", "Kostenstelle": None, "": None}
    job = replace(site.submit(data), columns=chosen)
    _, accepted, chunk = validate_seats(job, surroundings=site.surroundings())
    assert isinstance(accepted, JobAcceptedV1)
    assert isinstance(chunk, SeatsAcceptedV1)
    assert chunk.columns == ("firstname", "lastname", "email", "extension", "seat_type")
    assert rows_of(chunk)[0].values == ("Ann", "Lee", "a@example.com", "100", "virtual")


def test_what_was_chosen_for_a_column_counts_more_than_its_name(site: Site) -> None:
    data = csv_of([seat(1, phone_number="12")])
    job = replace(site.submit(data), columns={"phone_number": None})
    assert isinstance(list(validate_seats(job, surroundings=site.surroundings()))[1], JobAcceptedV1)
    job = replace(site.submit(data, key="two"), columns={"phone_number": "extension"})
    assert rejected(list(validate_seats(job, surroundings=site.surroundings()))).problems_by_code == {
        "doubled_column": 1
    }


def test_of_a_long_check_it_is_told_how_far_it_is(site: Site) -> None:
    """Every two seconds: here a look at the clock takes three quarters of one."""
    site.timer = partial(next, count(0.0, 0.75))
    data = csv_of(seat(n) for n in range(2500))
    _, *told, accepted, _, _, _ = site.validate(data)
    assert isinstance(accepted, JobAcceptedV1)
    progress = [message for message in told if isinstance(message, ValidationProgressedV1)]
    assert progress == told
    assert [message.rows for message in progress] == [750, 1500, 2250]
    read = [message.bytes for message in progress]
    assert read == sorted(read)
    assert read[0] > 0
    assert read[-1] <= len(data)
    assert {message.progressed_at for message in progress} == {NOW}


def test_of_a_check_that_is_cut_off_nothing_stays_open(site: Site) -> None:
    site.timer = partial(next, count(0.0, 3.0))
    told = validate_seats(site.submit(csv_of(seat(n) for n in range(2500))), surroundings=site.surroundings())
    *_, progress = islice(told, 6)
    assert isinstance(progress, ValidationProgressedV1)
    assert progress.rows == 1250
    before = threading.active_count()
    assert isinstance(told, Generator)
    told.close()
    assert threading.active_count() < before
    assert not site.seats.verdicts


def test_a_missing_source_fails_the_job(site: Site) -> None:
    job = replace(site.submit(csv_of([seat(1)])), source="gone")
    message = failed(list(validate_seats(job, surroundings=site.surroundings())))
    assert (message.stage, message.code, message.account) == ("validator", "source_missing", ACCOUNT)
    assert not site.seats.verdicts


@pytest.mark.parametrize("change", ["emptied", "cut", "longer", "one byte"])
def test_an_altered_source_fails_the_job(site: Site, change: str) -> None:
    data = csv_of([seat(1)])
    job = site.submit(data)
    altered = {"emptied": b"", "cut": data[:-1], "longer": data + b"\n", "one byte": data.replace(b"Ann", b"Amn")}
    site.files.stored[ACCOUNT, "one"] = altered[change]
    message = failed(list(validate_seats(job, surroundings=site.surroundings())))
    assert message.code == "source_altered"
    assert not site.seats.verdicts


def test_an_unknown_template_fails_the_job(site: Site) -> None:
    job = replace(site.submit(b""), template_version=99)
    assert failed(list(validate_seats(job, surroundings=site.surroundings()))).code == "template_unknown"


def test_services_that_are_away_are_not_the_jobs_fault(site: Site) -> None:
    site.files = BreakingOff(ServiceUnavailable("upload"))
    with pytest.raises(ServiceUnavailable):
        site.validate(csv_of([seat(1)]))


class AwayFrom(Seats):
    """A directory that is gone once it has answered ``answers`` questions."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self._left = answers

    def conflicts(self, account: str, job_id: UUID, values: Mapping[str, Sequence[str]]) -> Sequence[Conflict]:
        self._left -= 1
        if self._left < 0:
            raise ServiceUnavailable("provisioner")
        return super().conflicts(account, job_id, values)


@pytest.mark.parametrize("answers", [0, 1, 4, 7])
def test_a_directory_that_goes_away_at_any_question_decides_nothing(site: Site, answers: int) -> None:
    site.seats = AwayFrom(answers)
    with pytest.raises(ServiceUnavailable):
        site.validate(csv_of(seat(number) for number in range(7_500)))
    assert not site.seats.verdicts
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("asking")]


def test_seats_that_exist_are_told_in_file_order_among_the_other_problems(site: Site) -> None:
    for number in (7, 1_500, 5_999):
        site.seats.take("email", f"ann{number}@example.com")
    wrong = {3: "a", 1_400: "b", 1_500: "c", 5_000: "d"}
    rows = (seat(n, extension=wrong[n]) if n in wrong else seat(n) for n in range(6_000))
    message = rejected(site.validate(csv_of(rows)))
    assert [(problem.line, problem.code) for problem in message.problems] == [
        (5, "not_digits"),
        (9, "seat_exists"),
        (1_402, "not_digits"),
        (1_502, "seat_exists"),
        (1_502, "not_digits"),
        (5_002, "not_digits"),
        (6_001, "seat_exists"),
    ]


def test_a_source_that_vanishes_while_it_is_read_fails_the_job(site: Site) -> None:
    site.files = BreakingOff(SourceMissing("one"))
    assert failed(site.validate(csv_of([seat(1)]))).code == "source_missing"


def test_a_disk_that_fails_is_tried_again(site: Site) -> None:
    site.folder = site.folder / "gone"
    with pytest.raises(Retry, match="disk"):
        site.validate(csv_of([seat(1)]))


def test_nothing_is_left_on_disk_even_while_it_runs(site: Site) -> None:
    told = validate_seats(site.submit(csv_of([seat(1)])), surroundings=site.surroundings())
    for _ in told:
        assert list(site.folder.iterdir()) == []


def test_only_submitted_jobs_are_handled(site: Site) -> None:
    job = site.submit(csv_of([seat(1)]))
    assert len(list(handle(job, surroundings=site.surroundings()))) == 3
    other = ValidationStartedV1(job_id=UUID(int=1), account=ACCOUNT, started_at=NOW)
    with pytest.raises(Reject, match=r"validation\.started"):
        handle(other, surroundings=site.surroundings())
