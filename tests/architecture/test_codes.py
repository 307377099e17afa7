"""The pages, and the answers that tests make up for them, know no code that nothing gives."""

import re
from collections.abc import Iterable

from tests.architecture import codes


def asked_for(texts: Iterable[str]) -> set[str]:
    """The codes with which scripts compare an answer's."""
    return {code for text in texts for code in re.findall(r'\bcode [!=]== "([a-z_]+)"', text)}


def made_up(texts: Iterable[str]) -> set[str]:
    """The codes of answers that tests make up."""
    return {code for text in texts for code in re.findall(r'(?:"code": |\([45]\d\d, )"([a-z_]+)"', text)}


def test_the_pages_ask_for_codes_that_are_given() -> None:
    scripts = (codes.ROOT / "gateway/static/js").rglob("*.js")
    assert sorted(asked_for(script.read_text("utf-8") for script in scripts) - codes.of_refusals()) == []


def test_answers_that_tests_make_up_have_codes_that_are_given() -> None:
    tests = (codes.ROOT / "tests/browser").glob("*.py")
    known = codes.of_refusals() | codes.of_rows_and_jobs()
    assert sorted(made_up(test.read_text("utf-8") for test in tests) - known) == []


def test_codes_are_found() -> None:
    assert asked_for(['if (error.code === "gone" || code !== "x") {']) == {"gone", "x"}
    assert made_up(['{"code": "gone"}', '(400, "truncated_upload", "words")']) == {"gone", "truncated_upload"}
    assert codes.given(['Problem(line=1, code="no_rows")', "code = 'x'"]) == {"no_rows"}
    refused = codes.refused(['Refusal(\n 409,\n "x_y", t)', '400: ("z", "")', 'WorkbookProblem("w", t)', 'code="no"'])
    assert refused == {"x_y", "z", "w"}
