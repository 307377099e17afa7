"""What the pages say when something does not work: the network, the services, the session, the file."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.admin import JOB_MS, Admin
from tests.browser.made_up import JOB_ID, answer, fails_once, job
from tests.stack import Stack

MakeFile = Callable[..., Path]


def test_rows_that_failed_are_told_with_their_reasons(admin: Admin, page: Page) -> None:
    ended = job("completed_with_errors", processed=5000, created=4998, failed=2, finished_at="2026-11-22T12:00:09Z")
    failed = [
        {"line": line, "user_id": None, "created_at": None, "type": "failed", "reason": f"Extension {line} was taken."}
        for line in (7, 9)
    ]
    answer(page, f"**/api/v1/jobs/{JOB_ID}", ended)
    answer(page, f"**/api/v1/jobs/{JOB_ID}/outcomes?*", {"outcomes": failed, "next_cursor": None})
    admin.go(f"/configuration?job={JOB_ID}")
    admin.sees("4,998 Seats created, 2 rows failed")
    expect(admin.pop_up.get_by_role("row").nth(2)).to_contain_text("Extension 9 was taken.")
    expect(admin.pop_up.get_by_role("link", name="Download summary")).to_be_visible()


def test_an_error_of_the_back_end_has_words_of_its_own(admin: Admin, page: Page) -> None:
    members = {"processed": 2000, "created": 2000, "not_processed": 3000, "finished_at": "2026-11-22T12:00:09Z"}
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("failed", message="The directory gave up.", **members))
    admin.go(f"/configuration?job={JOB_ID}")
    admin.sees("Something went wrong on our side")
    for words in ("Nothing is lost", "The directory gave up.", "Created before it", "2,000", "3,000", JOB_ID):
        expect(admin.pop_up).to_contain_text(words)
    expect(admin.pop_up.get_by_role("link", name="Download summary")).to_be_visible()
    expect(admin.pop_up.get_by_role("link", name="page in Event Logs")).to_have_attribute(
        "href", f"/event-logs/{JOB_ID}"
    )


def test_progress_is_shown_and_goes_on_when_the_network_is_back(admin: Admin, page: Page) -> None:
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("provisioning", processed=1200, created=1200))
    admin.go(f"/configuration?job={JOB_ID}")
    expect(admin.pop_up).to_contain_text("1,200 of 5,000 rows done")
    bar = admin.pop_up.get_by_role("progressbar", name="Rows done")
    expect(bar).to_have_js_property("value", 0.24)
    expect(page).to_have_title(re.compile("^24 % · Creating Seats"))
    # What is routed last comes first: without a gap in which the page would ask the real server.
    page.route(f"**/api/v1/jobs/{JOB_ID}", lambda route: route.abort())
    expect(admin.pop_up).to_contain_text("This page keeps trying", timeout=10_000)
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("completed", processed=5000, created=5000))
    admin.sees("5,000 Seats created")


def test_pressed_before_the_scripts_have_come_the_button_opens_the_pop_up_all_the_same(
    admin: Admin, page: Page, stack: Stack
) -> None:
    held: list[Route] = []
    page.route("**/js/configuration.js", lambda route: held.append(route), times=1)
    page.goto(f"{stack.url}/configuration", wait_until="commit")
    admin.main.get_by_role("button", name="Upload file").click()
    expect(admin.pop_up).to_be_visible()
    page.keyboard.press("Escape")
    expect(admin.pop_up).to_be_hidden()
    expect(page).to_have_url(f"{stack.url}/configuration")
    held[0].abort()


def test_a_running_job_is_offered_on_the_configuration_page(admin: Admin, page: Page) -> None:
    answer(page, "**/api/v1/jobs?state=provisioning*", {"jobs": [job("provisioning")], "next_cursor": None})
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("provisioning", processed=10))
    admin.go("/configuration")
    expect(admin.main).to_contain_text("seats.csv is being processed.")
    expect(admin.main.get_by_role("button")).to_have_count(2)
    admin.main.get_by_role("link", name="Show progress").click()
    expect(admin.pop_up).to_contain_text("10 of 5,000 rows done")
    page.wait_for_url(f"**/configuration?job={JOB_ID}")


def test_a_file_over_the_limit_is_refused_before_it_is_sent(admin: Admin, page: Page, make_file: MakeFile) -> None:
    limits = {"max_upload_bytes": 1024, "max_rows": 10, "max_cell_length": 10, "upload_expires_hours": 24}
    answer(page, "**/api/v1/limits", limits)
    admin.open_upload()
    expect(admin.main).to_contain_text("Up to 10 rows")
    admin.choose(make_file(100))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("The file is too large.")
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("a file may have 1.0 kB")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (413, "upload_too_large", "The file is too large."),
        (400, "truncated_upload", "The file did not arrive whole."),
        (507, "storage_full", "There is no room for the file."),
        (503, "unavailable", "Please wait 5 s, then try again."),
        (401, "unauthorized", "You have been signed out."),
        (500, "internal_error", "Something went wrong on our side."),
    ],
)
def test_each_refusal_of_an_upload_has_words_of_its_own(
    admin: Admin, page: Page, make_file: MakeFile, status: int, code: str, words: str
) -> None:
    def refuse(route: Route) -> None:
        problem = {"status": status, "code": code, "title": code, "detail": "Told by the server."}
        route.fulfill(status=status, json=problem, headers={"Retry-After": "5"} if status == 503 else {})

    page.route("**/api/v1/uploads?*", refuse)
    admin.open_upload()
    admin.choose(make_file(1))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text(words)


def test_a_broken_upload_can_be_tried_again_with_the_same_file(admin: Admin, page: Page, make_file: MakeFile) -> None:
    page.route("**/api/v1/uploads?*", lambda route: route.abort())
    admin.open_upload()
    admin.choose(make_file(1, "again.csv"))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("The file did not arrive.")
    page.unroute_all()
    admin.pop_up.get_by_role("button", name="Try again").click()
    expect(admin.create_button()).to_be_visible()
    expect(admin.pop_up).to_contain_text("again.csv")


def test_create_that_fails_can_be_pressed_again_with_the_same_key(
    admin: Admin, page: Page, make_file: MakeFile
) -> None:
    keys = fails_once(page, dry_run=False)
    admin.create(make_file(2, "key.csv"))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("pressing Create again is safe")
    admin.create_button().click()
    admin.sees("2 Seats created")
    assert keys[0]
    assert keys[0] == keys[1]


def test_a_file_that_has_arrived_survives_being_signed_out(admin: Admin, page: Page, make_file: MakeFile) -> None:
    admin.upload(make_file(2, "kept.csv"))
    page.context.clear_cookies()
    admin.create_button().click()
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("You have been signed out.")
    admin.pop_up.get_by_role("link", name="Sign in").click()
    admin.sign_in()
    page.wait_for_url("**/configuration")
    admin.main.get_by_role("button", name="Upload file").click()
    expect(admin.pop_up).to_contain_text("kept.csv")
    admin.create_button().click()
    admin.sees("2 Seats created")
    expect(admin.pop_up.get_by_role("button", name="Done")).to_be_visible(timeout=JOB_MS)


def test_an_upload_under_way_is_shown_and_can_be_cancelled(admin: Admin, page: Page, make_file: MakeFile) -> None:
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", speed)
    admin.open_upload()
    admin.choose(make_file(b"x" * 4_000_000, "slow.csv"))
    bar = admin.pop_up.get_by_role("progressbar", name="Upload")
    expect(bar).to_be_visible()
    page.keyboard.press("Escape")
    expect(admin.pop_up).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-slot=bar]').value > 0")
    admin.pop_up.get_by_role("button", name="Cancel upload").click()
    expect(admin.pop_up.get_by_text("Drag your file here")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("Upload cancelled")
