"""Rows that fail after the file was found in order: told with their reasons, and tried again in one click."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import seats
from tests.browser.admin import JOB_MS, Admin, fresh, table
from tests.e2e import rows
from tests.e2e.api import Api
from tests.stack import Stack, paused

MakeFile = Callable[..., Path]


def test_rows_whose_values_were_taken_meanwhile_fail_alone_and_go_through_once_these_are_free(
    admin: Admin, api: Api, stack: Stack, make_file: MakeFile
) -> None:
    if stack.data is None:
        pytest.skip("only a system that was started here can be made to wait")
    family, rival = seats.family(), seats.family()
    mine = seats.people(family, 5)
    theirs = [rows.row(lastname=rival, extension=row["extension"]) for row in mine[1:3]]
    admin.upload(make_file(mine, fresh("raced")))
    with paused(stack, "provisioner-worker"):
        faster = api.create(api.upload(rows.document(theirs))).json["job_id"]
        _accepted(api, faster)
        admin.create_button().click()
        expect(admin.pop_up).to_contain_text("0 of 5 rows done", timeout=JOB_MS)

    admin.sees("3 Seats created, 2 rows failed")
    for seat in seats.found(api, rival):
        reason = f"Taken meanwhile: the extension by the Seat with the User ID {seat['user_id']}."
        expect(admin.pop_up.get_by_role("table")).to_contain_text(reason)
    admin.pop_up.get_by_role("link", name="page in Event Logs").click()
    failed = admin.main.get_by_role("region", name="Rows that failed")
    expect(failed.get_by_role("row")).to_have_count(3)
    expect(failed.get_by_role("row").nth(1)).to_contain_text(f"Noah {family}")
    _, summary = admin.download(admin.main.get_by_role("link", name="Download summary"))
    assert [row["type"] for row in table(summary)] == ["successful", "failed", "failed", "successful", "successful"]
    _, left = admin.download(admin.main.get_by_role("link", name="Download failed rows"))
    assert [row["extension"] for row in table(left)] == [row["extension"] for row in theirs]

    for seat in seats.found(api, rival):
        seats.delete(api, seat)
    before = admin.page.url
    admin.main.get_by_role("button", name="Try 2 rows again").click()
    admin.page.wait_for_url(lambda url: url != before)
    expect(admin.main.get_by_role("heading", name="2 Seats created")).to_be_visible(timeout=JOB_MS)
    assert len(seats.found(api, family)) == 5


def _accepted(api: Api, job_id: str) -> None:
    """Wait until the rows of a job are on their way."""
    while _job(api, job_id)["state"] != "provisioning":
        pass


def _job(api: Api, job_id: str) -> dict[str, Any]:
    answer = api.get(f"/jobs/{job_id}")
    return answer.json if answer.status == 200 else {"state": "unknown"}
