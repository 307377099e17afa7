"""The parts of the validator on their own."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts import template
from contracts.problems import Problem
from csvfile import Record
from services.validator.cells import REMEMBERED, CellChecker
from services.validator.problems import ProblemLog, of_cell
from services.validator.settings import Limits, Settings
from services.validator.spool import spooling
from services.validator.uniqueness import remembering
from settings import BadSetting

SEAT = template.version(1)
NAMES = [column.name for column in SEAT.columns]
CELLS = st.one_of(
    st.sampled_from([column.example for column in SEAT.columns]),
    st.sampled_from(["", " ", "yes", "no", "\u200b", "1", "4.41E+11", " 1001 ", "de", "europe/berlin", "001A2B3C4D5E"]),
    st.text(max_size=12),
)


def changed(changes: dict[int, str]) -> tuple[str, ...]:
    """A row that is right, but for some of its cells."""
    return tuple(changes.get(index, column.example) for index, column in enumerate(SEAT.columns))


ROWS = st.dictionaries(st.integers(0, len(NAMES) - 1), CELLS, max_size=3).map(changed)
CHECKER = CellChecker(SEAT, SEAT.match_header(NAMES), cell_length=1000)
SCHEMA = SEAT.schema()


@given(ROWS)
@example(changed({NAMES.index("voicemail_pin"): ""}))
def test_the_short_way_says_what_the_schema_says(cells: tuple[str, ...]) -> None:
    """The checker is shared by all examples, so that what it remembers is tried too."""
    row = CHECKER.check(Record(7, cells))
    try:
        expected = SCHEMA.load(dict(zip(NAMES, cells, strict=True)))
    except ValidationError as error:
        told = {(name, one["code"]) for name, found in error.messages_dict.items() for one in found}
        assert {(problem.column, problem.code) for problem in row.problems} == told
        assert {problem.line for problem in row.problems} == {7}
    else:
        assert row.problems == []
        assert row.values == [expected[name] for name in NAMES]


def test_a_checker_remembers_only_so_many_cells_and_still_checks() -> None:
    names = ["firstname", "lastname", "email", "extension", "seat_type", "department"]
    checker = CellChecker(SEAT, SEAT.match_header(names), cell_length=1000)
    for number in range(REMEMBERED + 10):
        row = checker.check(Record(2, ("a", "b", "a@example.com", "100", "virtual", f"Team {number}")))
        assert row.values[NAMES.index("department")] == f"Team {number}"
    assert checker.check(Record(2, ("a", "b", "a@example.com", "100", "virtual", "a\x07"))).problems


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "A", "ä", "a ", "", "long " * 50]), st.just(0)), max_size=40))
def test_repeated_values_are_found_exactly(drawn: list[tuple[str, int]]) -> None:
    values = [(value, line) for line, (value, _) in enumerate(drawn, start=2)]
    expected: dict[int, int] = {}
    first: dict[str, int] = {}
    for value, line in values:
        if first.setdefault(value, line) != line:
            expected[line] = first[value]
    found: dict[int, int] = {}
    with remembering(["x", "y"], folder=Path("/tmp")) as seen:
        for at in range(0, len(values), 7):
            found |= seen.repeated("x", values[at : at + 7])
        assert seen.repeated("y", [("a", 2)]) == {}
    assert found == expected


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), remembering(["x"], folder=tmp_path / "none"):
        pass


def test_a_spool_gives_its_rows_back_in_the_same_chunks_whatever_is_sealed_in_them(tmp_path: Path) -> None:
    def chunks(letter: str) -> list[list[int]]:
        with spooling(folder=tmp_path, most_rows=5, most_bytes=200) as spool:
            for line in range(2, 20):
                spool.add(line, [letter * (30 if line % 3 else 90), None])
            read = list(spool.chunks())
            assert len(read) == spool.chunk_count
            assert list(spool.chunks()) == read
            return [[line for line, _ in rows] for rows in read]

    first = chunks("x")
    assert first == chunks("y")
    assert [line for chunk in first for line in chunk] == list(range(2, 20))
    assert max(map(len, first)) <= 5


def test_a_row_larger_than_a_chunk_goes_alone(tmp_path: Path) -> None:
    with spooling(folder=tmp_path, most_rows=5, most_bytes=50) as spool:
        for line, size in ((2, 5), (3, 500), (4, 5)):
            spool.add(line, ["x" * size])
        assert [[line for line, _ in rows] for rows in spool.chunks()] == [[2], [3], [4]]


def test_nothing_after_a_problem_that_had_to_go_is_kept() -> None:
    log = ProblemLog(most_bytes=400)
    problem = Problem(line=2, column="email", code="required", message="m", value="v")
    log.add(problem)
    log.add(replace(problem, message="m" * 1000))
    log.add(problem)
    assert log.first == (problem,)
    assert (log.count, dict(log.by_code)) == (3, {"required": 3})


@given(st.lists(st.text(max_size=150), min_size=1, max_size=8))
def test_the_kept_problems_fit_their_bytes(texts: list[str]) -> None:
    log = ProblemLog(most_bytes=1000)
    for text in texts:
        log.add(Problem(line=2, column=text, code="required", message=text, value=text))
    kept = [
        {"line": p.line, "column": p.column, "code": p.code, "message": p.message, "value": p.value} for p in log.first
    ]
    assert len(orjson.dumps(kept)) <= 1002


def test_a_message_that_does_not_tell_the_secret_stays() -> None:
    problem = of_cell(SEAT.column("password"), line=2, cell=" ", code="required", message="Password is empty.")
    assert (problem.message, problem.value) == ("Password is empty.", None)


ENV = {
    "BULK_AMQP_URL": "amqp://broker",
    "BULK_ACCESS_KEY": "a" * 32,
    "BULK_SEALING_KEY": "new,old",
    "BULK_UPLOAD_URL": "http://upload",
    "BULK_PROVISIONER_URL": "http://provisioner",
    "BULK_HEALTH_LISTEN": "127.0.0.1:0",
    "BULK_SPOOL": "/spool",
}


def test_settings() -> None:
    settings = Settings.from_env(ENV)
    assert (settings.limits, settings.declare, settings.log_style) == (Limits(), True, "text")
    assert settings.sealing_keys == ("new", "old")
    assert settings.spool == Path("/spool")
    assert "amqp" not in repr(settings)
    assert settings.chunks_in_flight == 16
    more = {
        "BULK_CHUNKS_IN_FLIGHT": "3",
        "BULK_MAX_ROWS": "7",
        "BULK_MAX_CELL_LENGTH": "8",
        "BULK_AMQP_DECLARE": "no",
        "BULK_LOG_STYLE": "json",
    }
    settings = Settings.from_env(ENV | more)
    assert (settings.limits, settings.declare, settings.log_style) == (Limits(rows=7, cell_length=8), False, "json")
    assert settings.chunks_in_flight == 3


@pytest.mark.parametrize("name", ENV)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({key: value for key, value in ENV.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BULK_MAX_ROWS", "0"),
        ("BULK_MAX_ROWS", "many"),
        ("BULK_CHUNKS_IN_FLIGHT", "0"),
        ("BULK_MAX_CELL_LENGTH", "-1"),
        ("BULK_AMQP_DECLARE", "maybe"),
        ("BULK_LOG_STYLE", "xml"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_env(ENV | {name: value})
