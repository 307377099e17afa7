"""The sample files in tests/data/csv: as programs write them, and as people break them."""

from pathlib import Path

import pytest

from contracts.messages import JobAcceptedV1, JobRejectedV1, SeatsAcceptedV1
from tests.unit.contracts.chunk_rows import rows_of
from tests.unit.validator.fakes import Site

SAMPLES = Path(__file__).parents[2] / "data" / "csv"

REJECTED = {
    "rejected-columns.csv": {"unknown_column": 1, "doubled_column": 1, "missing_column": 2},
    "rejected-duplicates.csv": {"duplicate_in_file": 1},
    "rejected-empty.csv": {"empty_file": 1},
    "rejected-header-only.csv": {"no_rows": 1},
    "rejected-picture.png.csv": {"not_csv": 1},
    "rejected-spreadsheet-damage.csv": {"scientific_notation": 1, "lost_leading_zero": 1, "lost_plus": 1},
    "rejected-stray-quote.csv": {"stray_quote": 1},
    "rejected-unclosed-quote.csv": {"unclosed_quote": 1},
    "rejected-utf16-without-bom.csv": {"nul_byte": 1},
    "rejected-windows-1252.csv": {"wrong_encoding": 1},
    "rejected-workbook.xlsx.csv": {"not_csv": 1},
}


def test_every_sample_is_tried() -> None:
    assert {path.name for path in SAMPLES.glob("rejected-*")} == set(REJECTED)
    assert len(list(SAMPLES.glob("accepted-*"))) >= 10


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("accepted-*")), ids=lambda path: path.stem)
def test_accepted(path: Path, tmp_path: Path) -> None:
    _, accepted, chunk = Site(folder=tmp_path).validate(path.read_bytes())
    assert isinstance(accepted, JobAcceptedV1)
    assert isinstance(chunk, SeatsAcceptedV1)
    people = [(row.values[0], row.values[1], row.values[3], row.values[5]) for row in rows_of(chunk)]
    assert people == [
        ("Amélie", "Okonkwo", "1001", "+14155550101"),
        ("Łukasz", "Nowak", "0042", None),
        ("山田", "太郎", "1003", "+81312345678"),
    ]


@pytest.mark.parametrize("name", REJECTED)
def test_rejected(name: str, tmp_path: Path) -> None:
    _, rejected = Site(folder=tmp_path).validate((SAMPLES / name).read_bytes())
    assert isinstance(rejected, JobRejectedV1)
    assert rejected.problems_by_code == REJECTED[name]
