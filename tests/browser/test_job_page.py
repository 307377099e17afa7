"""After a job: its failed rows tried again, downloaded, the job undone; and how the jobs hang together."""

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser import seats
from tests.browser.admin import JOB_MS, Admin, fresh, table
from tests.browser.conftest import MakeFile
from tests.browser.made_up import JOB_ID, answer, job
from tests.e2e import rows
from tests.e2e.api import Api

ROWS = 20_000


def _cancelled(api: Api, filename: str) -> dict[str, Any]:
    """A job that was stopped while it made Seats."""
    job_id = api.create(api.upload(rows.document(rows.row() for _ in range(ROWS)), filename)).json["job_id"]
    while not (api.get(f"/jobs/{job_id}").json["processed"] or 0):
        pass
    api.call("POST", f"/jobs/{job_id}/cancel")
    return api.wait(job_id)


def test_rows_that_were_left_are_tried_again_in_one_click(admin: Admin, api: Api) -> None:
    name = fresh("stopped")
    parent = _cancelled(api, name)
    left = parent["not_processed"]
    assert left > 0
    admin.go(f"/event-logs/{parent['job_id']}")
    _, text = admin.download(admin.main.get_by_role("link", name="Download failed rows"))
    assert len(table(text)) == left
    assert set(table(text)[0]) == set(rows.HEADER.split(","))

    admin.main.get_by_role("button", name=f"Try {left:,} rows again").dblclick()
    admin.page.wait_for_url(lambda url: parent["job_id"] not in url)
    expect(admin.main.get_by_role("heading", name=f"{left:,} Seats created")).to_be_visible(timeout=JOB_MS)
    expect(admin.main.get_by_role("list", name="Related jobs")).to_contain_text(
        f"Tries the rows again that failed in {name}"
    )

    admin.main.get_by_role("link", name=name, exact=True).click()
    admin.page.wait_for_url(f"**/event-logs/{parent['job_id']}")
    family = admin.main.get_by_role("list", name="Related jobs")
    expect(family).to_contain_text("Its failed rows were tried again")
    expect(family).to_contain_text("Completed")
    expect(admin.main.get_by_role("button", name=re.compile("^Try"))).to_have_count(0)
    assert len(api.get(f"/jobs/{parent['job_id']}").json["children"]) == 1


def test_a_job_is_undone_and_each_seat_that_stays_is_told_with_why(admin: Admin, api: Api) -> None:
    family, name = seats.family(), fresh("undone")
    amelie, noah, fatima, *_ = seats.settle(api, family, 5, name)
    job_id = amelie["job_id"]
    seats.change(api, f"user_id,department\n{noah['user_id']},Sales\n")
    seats.delete(api, fatima)
    admin.go(f"/event-logs/{job_id}")
    undo = admin.main.get_by_role("button", name="Undo this job")
    undo.click()
    asked = admin.page.get_by_role("alertdialog", name="Delete the 5 Seats that this job created?")
    asked.get_by_role("button", name="Keep the Seats").click()
    expect(undo).to_be_focused()
    assert len(seats.found(api, family)) == 4
    undo.click()
    asked.get_by_role("button", name="Undo the job").click()

    admin.page.wait_for_url(lambda url: job_id not in url)
    heading = admin.main.get_by_role("heading", name="3 Seats undone, 2 left as they are")
    expect(heading).to_be_visible(timeout=JOB_MS)
    failed = admin.main.locator("#outcomes-card")
    groups = admin.main.locator("#view dl > div:visible")
    expect(groups).to_have_text(["Undone3", "Kept: edited since1", "Already gone1"])
    expect(failed.get_by_role("row").nth(1)).to_contain_text("Kept: it was changed on")
    expect(failed.get_by_role("link", name=f"Noah {family}")).to_have_attribute("href", f"/seats/{noah['user_id']}")
    expect(failed.get_by_role("row").nth(2)).to_contain_text("no Seat with this User ID any more")
    assert [seat["firstname"] for seat in seats.found(api, family)] == ["Noah"]

    admin.main.get_by_role("list", name="Related jobs").get_by_role("link", name=name).click()
    expect(admin.main.get_by_role("list", name="Related jobs")).to_contain_text("It was undone")
    expect(admin.main.get_by_role("button", name="Undo this job")).to_have_count(0)


def test_failed_rows_come_first_and_name_their_seats(admin: Admin, page: Page) -> None:
    ended = job("completed_with_errors", processed=5000, created=4998, failed=2, not_processed=0)
    failed = [
        {
            "line": line,
            "user_id": None,
            "created_at": None,
            "type": "failed",
            "code": "extension_taken",
            "reason": f"{line} is taken.",
        }
        for line in (7, 9)
    ]
    answer(page, f"**/api/v1/jobs/{JOB_ID}", ended | {"children": []})
    answer(page, f"**/api/v1/jobs/{JOB_ID}/events", {"events": []})
    answer(page, f"**/api/v1/jobs/{JOB_ID}/outcomes?*", {"outcomes": failed, "next_cursor": None})
    csv = "firstname,lastname,extension\r\nZoë,One,107\r\nNoa,Levi,109\r\n"
    page.route(f"**/api/v1/jobs/{JOB_ID}/failed.csv", lambda route: route.fulfill(body=csv, content_type="text/csv"))
    admin.go(f"/event-logs/{JOB_ID}")
    card = admin.main.get_by_role("region", name="Rows that failed")
    expect(card.get_by_role("row")).to_have_count(3)
    expect(card.get_by_role("row").nth(1)).to_contain_text("Zoë One (107)")
    expect(card.get_by_role("row").nth(2)).to_contain_text("9 is taken.")
    headings = admin.main.get_by_role("heading", level=2).all_text_contents()
    assert headings == ["Result", "Rows that failed", "Timeline", "Facts"]
    expect(admin.main.get_by_role("button", name="Try 2 rows again")).to_be_visible()


def test_a_retry_that_is_refused_is_told_in_words(admin: Admin, page: Page) -> None:
    keys: list[str | None] = []

    def refuse(route: Route) -> None:
        keys.append(route.request.header_value("Idempotency-Key"))
        problem = {"status": 503, "code": "unavailable", "detail": "Not just now."}
        route.fulfill(status=503, json=problem)

    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("cancelled", created=4000, not_processed=1000) | {"children": []})
    page.route(f"**/api/v1/jobs/{JOB_ID}/retry", refuse)
    admin.go(f"/event-logs/{JOB_ID}")
    admin.main.get_by_role("button", name="Try 1,000 rows again").click()
    told = admin.main.get_by_role("alert")
    expect(told).to_contain_text("Not just now.")
    told.get_by_role("button", name="Try again").click()
    page.wait_for_function("() => true")
    expect(told).to_contain_text("Not just now.")
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_a_job_that_was_cancelled_before_its_rows_were_counted_can_be_tried_again(admin: Admin, page: Page) -> None:
    uncounted = job("cancelled", rows=None, processed=0, created=0, not_processed=0) | {"children": []}
    answer(page, f"**/api/v1/jobs/{JOB_ID}", uncounted)
    admin.go(f"/event-logs/{JOB_ID}")
    expect(admin.main.get_by_role("button", name="Try the file again")).to_be_visible()


def test_a_rejected_job_offers_its_problems_and_nothing_to_retry_or_undo(
    admin: Admin, api: Api, make_file: MakeFile
) -> None:
    job = api.run(make_file([rows.row(email="nobody")]).read_bytes(), "wrong.csv")
    admin.go(f"/event-logs/{job['job_id']}")
    expect(admin.main.get_by_role("region", name="Problems").first).to_contain_text("nobody")
    expect(admin.main.get_by_role("link", name="Upload a corrected file")).to_be_visible()
    expect(admin.main.get_by_role("button", name=re.compile("again$|^Undo"))).to_have_count(0)
    expect(admin.main.get_by_role("link", name="Download failed rows")).to_have_count(0)


def test_a_check_has_a_page_too(admin: Admin, api: Api, make_file: MakeFile) -> None:
    upload_id = api.upload(make_file(2).read_bytes())
    asked = {"upload_id": upload_id, "dry_run": True}
    job_id = api.call("POST", "/jobs", json=asked, headers={"Idempotency-Key": upload_id}).json["job_id"]
    admin.go(f"/event-logs/{job_id}")
    expect(admin.main.get_by_role("heading", name="The file was checked and is in order")).to_be_visible(timeout=JOB_MS)
    expect(admin.main.get_by_role("button", name=re.compile("again$|^Undo"))).to_have_count(0)
