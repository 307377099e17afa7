from pathlib import Path

from bench import people
from bench.floors import READING, SEALING, floors
from bench.rivals.seats import sealed
from contracts.sealing import is_sealed


def test_the_parts_of_a_files_validation_have_a_speed(tmp_path: Path) -> None:
    found = floors(people.made(tmp_path, 2_500))
    assert set(found) == {READING, SEALING}
    assert all(1_000 < rate < 100_000_000 for rate in found.values())


def test_secrets_are_sealed_each_at_its_place() -> None:
    found = sealed(["1234", None, "", "5678"])
    assert [bool(cell) and is_sealed(cell or "") for cell in found] == [True, False, False, True]
    assert found[1:3] == [None, ""]
