"""Each code that an admin can meet has its entry in docs/troubleshooting.md, and each entry is about a code."""

import re
from collections.abc import Iterable
from pathlib import Path

from contracts.problems import CATALOGUE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/troubleshooting.md"

#: Codes made from a column's name: what no two Seats may share.
TAKEN = {f"{column}_taken" for column in ("email", "extension", "phone_number", "device_mac")}

#: Where rows fail and jobs stop.
SPEAKERS = ("services/provisioner", "services/validator", "services/eventlog", "contracts")


def codes_in(texts: Iterable[str]) -> set[str]:
    """The codes given to problems, outcomes and failures."""
    return {code for text in texts for code in re.findall(r'\bcode="([a-z_]+)"', text)}


def entries() -> list[str]:
    return re.findall(r"^### `([a-z_]+)`$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_code_has_one_entry() -> None:
    texts = (path.read_text("utf-8") for folder in SPEAKERS for path in (ROOT / folder).rglob("*.py"))
    met = set(CATALOGUE) | TAKEN | codes_in(texts)
    assert sorted(met - set(entries())) == []
    assert sorted(set(entries()) - met) == []
    assert len(entries()) == len(set(entries()))


def test_every_entry_says_something() -> None:
    parts = re.split(r"^### `[a-z_]+`$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [part for part in parts if len(part.split("\n## ")[0].split()) < 5] == []


def test_codes_are_found_in_code() -> None:
    assert codes_in(['Problem(line=1, code="no_rows")', "code = 'x'"]) == {"no_rows"}
