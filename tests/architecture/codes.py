"""The codes that the code gives: those of problems, outcomes and failures, and those of refused requests."""

import re
from collections.abc import Iterable
from pathlib import Path

from contracts.problems import CATALOGUE

ROOT = Path(__file__).parents[2]

#: Codes made from a column's name: what no two Seats may share.
_TAKEN = {f"{column}_taken" for column in ("email", "extension", "phone_number", "device_mac")}

#: Where rows fail and jobs stop.
_TELL_OF_ROWS = ("services/provisioner", "services/validator", "services/eventlog", "contracts")

_ANSWER_REQUESTS = ("services", "gateway", "web")


def of_rows_and_jobs() -> set[str]:
    return set(CATALOGUE) | _TAKEN | given(_texts(_TELL_OF_ROWS))


def of_refusals() -> set[str]:
    return refused(_texts(_ANSWER_REQUESTS))


def given(texts: Iterable[str]) -> set[str]:
    """The codes given to problems, outcomes and failures."""
    return {code for text in texts for code in re.findall(r'\bcode="([a-z_]+)"', text)}


def refused(texts: Iterable[str]) -> set[str]:
    """The codes given to refusals, where they follow the status of HTTP, and to problems with workbooks."""
    given_to = r"\b(?:[45]\d\d(?:,|: \()|WorkbookProblem\()"
    return {code for text in texts for code in re.findall(given_to + r'\s*"([a-z_]+)"', text)}


def _texts(folders: Iterable[str]) -> Iterable[str]:
    return (path.read_text("utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py"))
