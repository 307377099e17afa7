"""The parts of the validator on their own."""

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import template
from services.validator.hashes import PARTS, TOGETHER, Hashes
from services.validator.problems import of_cell
from services.validator.settings import Limits, Settings
from services.validator.spool import Spool, spooling
from services.validator.uniqueness import SUSPECTS, Repeated, remembering
from settings import BadSetting

SEAT = template.version(1)
CELL = st.one_of(
    st.none(),
    st.just(""),
    st.sampled_from(["a@b.co", "A@b.co", "ä@b.co", "Ä@B.co", "a", "A", "long " * 50]),
    st.text(min_size=1),
)
EMAIL, EXTENSION = SEAT.column("email"), SEAT.column("extension")
Batches = list[list[tuple[str | None, str | None]]]


@given(
    st.lists(st.lists(st.tuples(CELL, CELL), max_size=9), max_size=9),
    st.sampled_from([hash, len, lambda _: 0, lambda key: ord(key[0]) - 2**63]),
    st.integers(0, 30),
)
def test_repeated_values_are_found_exactly(batches: Batches, hash_of: Callable[[str], int], most: int) -> None:
    """Also where many values have the same hash."""
    expected: dict[str, list[Repeated]] = {"email": [], "extension": []}
    first: dict[tuple[str, str], int] = {}
    line = 1
    with remembering([EMAIL, EXTENSION], folder=Path(gettempdir()), hash_of=hash_of) as seen:
        for batch in batches:
            lines = [line := line + 1 + len(row[0] or "") for row in batch]
            values = {column: [row[index] for row in batch] for index, column in enumerate(expected)}
            seen.add(lines, {name: [f"<{cell}>" for cell in cells] for name, cells in values.items()}, values)
            for column, cells in values.items():
                for at, cell in zip(lines, cells, strict=True):
                    if cell and first.setdefault((column, SEAT.column(column).unique_key(cell)), at) != at:
                        at_first = first[column, SEAT.column(column).unique_key(cell)]
                        expected[column].append(Repeated(line=at, first=at_first, cell=f"<{cell}>"))
        for column, repeated in expected.items():
            found = seen.repeated(column, most=most)
            assert (found.count, list(found.first)) == (len(repeated), repeated[:most])


def test_repeated_values_are_found_among_many(tmp_path: Path) -> None:
    """More than are sorted at once, and more suspects than are compared at once."""
    rows = 4 * PARTS * TOGETHER + 5
    with remembering([EMAIL, EXTENSION], folder=tmp_path) as seen:
        for start in range(0, rows, 1000):
            numbers = range(start, min(rows, start + 1000))
            values = {"email": [f"{n % (rows // 2)}@b.co" for n in numbers], "extension": [str(n) for n in numbers]}
            seen.add(list(numbers), {name: list(cells) for name, cells in values.items()}, values)
        half = rows // 2
        found = seen.repeated("email", most=3)
        assert found.count == rows - half
        assert [(one.line, one.first) for one in found.first] == [(half + n, n) for n in range(3)]
        assert seen.repeated("extension", most=3).count == 0


def test_suspects_are_compared_in_several_readings(tmp_path: Path) -> None:
    numbers = [str(n) for n in range(SUSPECTS + 10)] * 2
    with remembering([EXTENSION], folder=tmp_path) as seen:
        seen.add(range(2, len(numbers) + 2), {"extension": numbers}, {"extension": numbers})
        found = seen.repeated("extension", most=2)
        assert (found.count, [one.line for one in found.first]) == (SUSPECTS + 10, [SUSPECTS + 12, SUSPECTS + 13])


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), max_size=60), st.integers(1, 4))
def test_hashes_that_come_twice(numbers: list[int], run: int) -> None:
    hashes = Hashes(BytesIO(), together=run)
    hashes.add(numbers)
    assert sorted(hashes.repeated()) == sorted(n for n, count in Counter(numbers).items() if count > 1)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), remembering([EXTENSION], folder=tmp_path / "none"):
        pass


def lines_in(spool: Spool) -> list[list[int]]:
    return [orjson.loads(chunk)["lines"] for chunk in spool.chunks()]


def test_a_spool_gives_its_rows_back_in_the_same_chunks_whatever_is_sealed_in_them(tmp_path: Path) -> None:
    def chunks(letter: str) -> list[list[int]]:
        with spooling(folder=tmp_path, most_rows=5, most_bytes=200) as spool:
            for start in range(2, 20, 6):
                lines = range(start, start + 6)
                spool.add(lines, {"a": [letter * (30 if line % 3 else 90) for line in lines], "b": [None] * 6})
            read = list(spool.chunks())
            assert len(read) == spool.chunk_count
            assert list(spool.chunks(start=2)) == read[2:]
            assert list(spool.sizes) == [len(chunk) for chunk in read]
            assert max(spool.sizes) <= 200
            return lines_in(spool)

    first = chunks("x")
    assert first == chunks("y")
    assert [line for chunk in first for line in chunk] == list(range(2, 20))
    assert max(map(len, first)) <= 5


def test_a_row_larger_than_a_chunk_goes_alone(tmp_path: Path) -> None:
    with spooling(folder=tmp_path, most_rows=5, most_bytes=60) as spool:
        spool.add(range(2, 5), {"a": ["x", "x" * 500, "x"], "b": [None, None, None]})
        assert lines_in(spool) == [[2], [3], [4]]
        chunk = orjson.loads(next(spool.chunks()))
        assert chunk == {"columns": ["a"], "lines": [2], "values": [["x"]]}


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
        "BULK_PROBLEMS_TOLD": "9",
        "BULK_AMQP_DECLARE": "no",
        "BULK_LOG_STYLE": "json",
    }
    settings = Settings.from_env(ENV | more)
    limits = Limits(rows=7, cell_length=8, problems_told=9)
    assert (settings.limits, settings.declare, settings.log_style) == (limits, False, "json")
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
        ("BULK_PROBLEMS_TOLD", "0"),
        ("BULK_AMQP_DECLARE", "maybe"),
        ("BULK_LOG_STYLE", "xml"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_env(ENV | {name: value})
