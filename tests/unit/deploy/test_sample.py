import csv
import io
from pathlib import Path

import pytest

from contracts.template import latest
from deploy import sample

UNIQUE = [column.name for column in latest().columns if column.unique]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_example_in_the_repository_is_what_the_program_makes() -> None:
    assert Path("examples/seats-500.csv").read_bytes() == sample.csv_text(500).encode()


def test_it_has_all_columns_of_the_newest_template_in_its_order() -> None:
    assert [column.name for column in latest().columns] == sample.words()["columns"]


@pytest.mark.parametrize("edition", [0, 1, 999])
def test_every_row_is_valid_and_unique_where_it_must_be(edition: int) -> None:
    rows = read(sample.csv_text(500, edition=edition))
    schema = latest().schema()
    assert [schema.validate(row) for row in rows] == [{}] * 500
    for column in UNIQUE:
        values = [row[column] for row in rows if row[column]]
        assert len(values) == len(set(values)), column


@pytest.mark.parametrize("column", UNIQUE)
def test_editions_share_no_unique_value(column: str) -> None:
    values: list[str] = []
    for edition in range(3):
        values += {row[column] for row in read(sample.csv_text(500, edition=edition)) if row[column]}
    assert len(values) == len(set(values))


def test_the_people_are_of_many_kinds() -> None:
    rows = read(sample.csv_text(500))
    assert {row["seat_type"] for row in rows} == {"standard", "common_area", "virtual", "analog"}
    assert {row["voicemail_enabled"] for row in rows} == {"yes", "no"}
    assert len({row["timezone"] for row in rows}) >= 6
    assert any("," in row["department"] for row in rows)
    assert any('"' in row["department"] for row in rows)
    assert any(not row["firstname"].isascii() for row in rows)
