"""Files as people really send them: each gets the answer that a careful colleague would give."""

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.e2e.api import Answer, Api

FOLDER = Path(__file__).parents[1] / "data" / "real-life"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
ANSWERS = {"rows", "problems", "refused"}
BESIDE = {"make.py", "expected.toml"}


def uploaded(api: Api, name: str, expected: dict[str, Any]) -> Answer:
    query = {"filename": name} | {word: expected[word] for word in ("sheet", "kind") if word in expected}
    body = (FOLDER / name).read_bytes()
    headers = {"Content-Type": "application/octet-stream"}
    return api.call("POST", f"/uploads?{urlencode(query)}", body=body, headers=headers)


def checked(api: Api, upload_id: str, expected: dict[str, Any]) -> dict[str, Any]:
    """The dry run of the upload, when it has ended."""
    columns = {cell: column or None for cell, column in expected.get("columns", {}).items()}
    body = {"upload_id": upload_id, "dry_run": True, "kind": expected.get("kind", "create"), "columns": columns}
    answer = api.call("POST", "/jobs", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status == 202, answer.body
    return api.wait(answer.json["job_id"])


def told(problem: dict[str, Any]) -> str:
    suggestion = f" → {problem['suggestion']}" if problem["suggestion"] else ""
    return f"{problem['line']} {problem['column'] or '-'} {problem['code']}{suggestion}"


def test_every_file_has_its_answer() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} - BESIDE == set(EXPECTED)
    assert all(len(ANSWERS & set(expected)) == 1 for expected in EXPECTED.values())
    assert len(EXPECTED) >= 40


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_gets_the_answer_of_a_careful_colleague(api: Api, name: str) -> None:
    expected = EXPECTED[name]
    upload = uploaded(api, name, expected)
    if "refused" in expected:
        assert (upload.status // 100, upload.json["code"]) == (4, expected["refused"])
        return
    assert upload.status == 201, upload.body
    job = checked(api, upload.json["upload_id"], expected)
    problems = api.problems(job["job_id"])
    assert list(map(told, problems)) == expected.get("problems", [])
    assert all(problem["message"] for problem in problems)
    assert job["state"] == ("rejected" if problems else "checked")
    assert (job["created"], job["dry_run"]) == (0, True)
    if "rows" in expected:
        assert (job["rows"], job["not_processed"]) == (expected["rows"], expected["rows"])
    assert api.call("DELETE", f"/uploads/{upload.json['upload_id']}").status == 204, "a dry run leaves it free"
