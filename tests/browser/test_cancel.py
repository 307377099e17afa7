"""A job at work is cancelled on the page: asked once more, stopped between chunks, and told honestly."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.admin import JOB_MS, Admin, table
from tests.stack import Stack, paused

MakeFile = Callable[..., Path]

ROWS = 30_000


def stop(admin: Admin) -> None:
    """Press Cancel, hesitate, press it again, and mean it."""
    cancel = admin.pop_up.get_by_role("button", name="Cancel this job")
    cancel.click()
    sure = admin.pop_up.get_by_role("group", name="Cancel this job?")
    keep = sure.get_by_role("button", name="Keep going")
    expect(keep).to_be_focused()
    keep.click()
    expect(cancel).to_be_focused()
    cancel.click()
    sure.get_by_role("button", name="Stop the job").click()


def types_in_summary(admin: Admin) -> list[str]:
    _, text = admin.download(admin.pop_up.get_by_role("link", name="Download summary"))
    return [row["type"] for row in table(text)]


def test_a_job_that_makes_seats_is_stopped_and_what_was_made_is_told(
    admin: Admin, stack: Stack, make_file: MakeFile
) -> None:
    admin.create(make_file(ROWS, "far too many.csv"))
    expect(admin.pop_up).to_contain_text(re.compile(r"[\d,]+ of 30,000 rows done"), timeout=JOB_MS)
    with paused(stack, "provisioner-worker"):
        stop(admin)
    heading = admin.pop_up.get_by_role("heading", name=re.compile(r"Cancelled: .* created before, .* not processed"))
    expect(heading).to_be_visible(timeout=JOB_MS)
    types = types_in_summary(admin)
    assert len(types) == ROWS
    assert set(types) <= {"successful", "not_processed"}
    left = types.count("not_processed")
    assert left > 0
    assert f"{left:,} rows not processed" in (heading.text_content() or "")


def test_a_job_that_is_not_checked_yet_is_stopped_before_any_seat_is_made(
    admin: Admin, stack: Stack, make_file: MakeFile
) -> None:
    admin.upload(make_file(ROWS, "not yet.csv"))
    with paused(stack, "validator-worker"):
        admin.create_button().click()
        stop(admin)
    admin.sees("Cancelled before any Seat was created")
    assert types_in_summary(admin) == ["not_processed"] * ROWS
