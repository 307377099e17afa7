"""Each code that an admin can meet has its entry in docs/troubleshooting.md, and each entry is about a code."""

import re

from tests.architecture import codes

PAGE = codes.ROOT / "docs/troubleshooting.md"


def entries() -> list[str]:
    return re.findall(r"^### `([a-z_]+)`$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_code_has_one_entry() -> None:
    met = codes.of_rows_and_jobs()
    assert sorted(met - set(entries())) == []
    assert sorted(set(entries()) - met) == []
    assert len(entries()) == len(set(entries()))


def test_every_entry_says_something() -> None:
    parts = re.split(r"^### `[a-z_]+`$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [part for part in parts if len(part.split("\n## ")[0].split()) < 5] == []
