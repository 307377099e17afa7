import csv
import io
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from marshmallow import ValidationError

from bench import people
from contracts import template


def text(count: int, **chosen: int) -> str:
    file = io.StringIO(newline="")
    people.write(file, count, **chosen)  # type: ignore[arg-type]  # first and seed only
    return file.getvalue()


def test_the_columns_are_the_templates() -> None:
    columns = tuple(column.name for column in template.latest().columns)
    assert columns == people.COLUMNS


def test_every_row_is_valid_and_none_is_changed_but_for_the_spelling_of_macs() -> None:
    schema = template.latest().schema()
    for cells in people.rows(3_000):
        values = schema.load(dict(zip(people.COLUMNS, cells, strict=True)))
        assert [(value or "").lower() for value in values.values()] == [cell.lower() for cell in cells]


def test_rows_share_nothing_that_must_be_unique() -> None:
    table = [dict(zip(people.COLUMNS, cells, strict=True)) for cells in people.rows(20_000, first=65_000)]
    for column in (column.name for column in template.latest().columns if column.unique):
        filled = [cells[column].casefold() for cells in table if cells[column]]
        assert len(set(filled)) == len(filled) > 10_000, column


def test_the_same_arguments_give_the_same_file_and_a_row_is_the_same_in_each() -> None:
    assert text(50) == text(50)
    assert text(50, seed=2) != text(50)
    assert text(50).splitlines()[11:] == text(40, first=10).splitlines()[1:]


def test_the_names_are_in_many_scripts() -> None:
    letters = {letter for cells in people.rows(2_000) for letter in cells[0] + cells[1] if letter.isalpha()}
    scripts = {unicodedata.name(letter).split()[0] for letter in letters}
    expected = {"LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "DEVANAGARI", "BENGALI", "TAMIL", "THAI", "CJK"}
    assert scripts >= expected | {"HIRAGANA", "KATAKANA", "HANGUL", "ETHIOPIC", "GEORGIAN"}


def test_cells_that_need_quotes_are_there() -> None:
    assert '"Sales, Enterprise"' in text(500)
    assert '"The ""Front Desk"""' in text(500)


@pytest.mark.parametrize("n", range(len(people.MISTAKES)))
def test_a_spoiled_row_has_exactly_the_mistake_of_its_turn(n: int) -> None:
    column = people.MISTAKES[n][0]
    with pytest.raises(ValidationError) as caught:
        template.latest().schema().load(dict(zip(people.COLUMNS, people.spoiled(n), strict=True)))
    assert list(caught.value.messages_dict) == [column]


def test_files_can_be_wrong_in_the_last_row_or_in_all() -> None:
    good, last, wrong = (list(people.rows(20, wrong=kind)) for kind in ("none", "last", "all"))
    assert good[:-1] == last[:-1]
    assert last[-1] == people.spoiled(19) == wrong[-1] != good[-1]
    assert all(cells == people.spoiled(n) for n, cells in enumerate(wrong))


def test_more_rows_than_there_are_extensions_are_refused() -> None:
    with pytest.raises(ValueError, match="9000000"):
        next(people.rows(2, first=people.MOST_ROWS - 1))


def test_a_file_is_made_once(tmp_path: Path) -> None:
    path = people.made(tmp_path, 3, first=7)
    path.write_text("kept")
    assert people.made(tmp_path, 3, first=7).read_text() == "kept"
    with people.made(tmp_path, 3).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 4


def test_as_a_program_it_prints_the_file() -> None:
    argv = [sys.executable, "-m", "bench.people", "3", "--first", "5", "--wrong", "last"]
    printed = subprocess.run(argv, capture_output=True, check=True, cwd=Path(__file__).parents[3]).stdout
    assert list(csv.reader(io.StringIO(printed.decode(), newline="")))[1:] == list(
        people.rows(3, first=5, wrong="last")
    )
