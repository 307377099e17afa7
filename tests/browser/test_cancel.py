"""A job at work is cancelled on the page: asked once more, stopped between chunks, and told honestly."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.admin import JOB_MS, Admin, table

MakeFile = Callable[..., Path]

ROWS = 30_000


def test_a_large_job_is_stopped_and_what_was_made_is_told(admin: Admin, make_file: MakeFile) -> None:
    path = make_file(ROWS, "far too many.csv")
    admin.create(path)
    cancel = admin.pop_up.get_by_role("button", name="Cancel this job")
    cancel.click()
    sure = admin.pop_up.get_by_role("group", name="Cancel this job?")
    keep = sure.get_by_role("button", name="Keep going")
    expect(keep).to_be_focused()
    keep.click()
    expect(cancel).to_be_focused()
    cancel.click()
    sure.get_by_role("button", name="Stop the job").click()
    heading = admin.pop_up.get_by_role("heading", name=re.compile(r"Cancelled: .* created before, .* not processed"))
    expect(heading).to_be_visible(timeout=JOB_MS)
    _, text = admin.download(admin.pop_up.get_by_role("link", name="Download summary"))
    summary = table(text)
    types = [row["type"] for row in summary]
    assert len(summary) == ROWS
    assert set(types) <= {"successful", "not_processed"}
    assert types.count("not_processed") > 0
    told = (heading.text_content() or "").replace(",", "")
    assert f"{types.count('not_processed')} rows not processed" in told
