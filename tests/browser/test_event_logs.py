"""Event Logs: filters and order, which the address keeps, and a page of jobs at a time."""

from datetime import date, timedelta

from playwright.sync_api import Locator, expect

from tests.browser import seats
from tests.browser.admin import Admin, fresh
from tests.browser.conftest import MakeFile
from tests.e2e import rows
from tests.e2e.api import Api


def _files(admin: Admin) -> Locator:
    return admin.main.get_by_role("table", name="Jobs").locator("tbody a")


def _today(admin: Admin) -> date:
    """The day in the zone of the viewer, which is Berlin."""
    return date.fromisoformat(admin.page.evaluate("() => new Date().toLocaleDateString('sv')"))


def test_jobs_are_narrowed_by_kind_person_and_day_and_the_address_can_be_shared(
    admin: Admin, api: Api, make_file: MakeFile
) -> None:
    name = fresh("harvest")
    job = api.run(make_file(2).read_bytes(), name)
    admin.go(f"/event-logs?q={name}")
    expect(_files(admin)).to_have_text([name])
    admin.main.get_by_label("Kind").select_option("Deletion")
    expect(admin.main.get_by_role("heading", name="No job fits")).to_be_visible()
    admin.main.get_by_label("Kind").select_option("Creation")
    expect(_files(admin)).to_have_text([name])

    admin.main.get_by_text("More filters").click()
    admin.main.get_by_label("Submitted by").fill("nobody")
    expect(admin.main.get_by_role("heading", name="No job fits")).to_be_visible()
    admin.main.get_by_label("Submitted by").fill(job["submitted_by"])
    expect(_files(admin)).to_have_text([name])

    today = _today(admin)
    admin.main.get_by_label("From").fill(str(today + timedelta(days=1)))
    expect(admin.main.get_by_role("heading", name="No job fits")).to_be_visible()
    admin.main.get_by_label("From").fill(str(today))
    admin.main.get_by_label("To").fill(str(today))
    expect(_files(admin)).to_have_text([name])

    admin.page.wait_for_url("**/event-logs?*to=*")
    admin.page.goto(admin.page.url)
    expect(admin.main.get_by_label("To")).to_have_value(str(today))
    expect(admin.main.get_by_label("Submitted by")).to_have_value(job["submitted_by"])
    expect(admin.main.get_by_label("Kind")).to_have_value("create")
    expect(_files(admin)).to_have_text([name])
    admin.main.get_by_role("link", name="Clear all filters").click()
    admin.page.wait_for_url("**/event-logs")
    expect(admin.main.get_by_label("Submitted by")).to_be_hidden()


def test_a_day_begins_and_ends_where_the_viewer_is(admin: Admin) -> None:
    with admin.page.expect_request("**/api/v1/jobs?*") as asked:
        admin.go("/event-logs?from=2026-07-01&to=2026-07-02")
    assert "from=2026-06-30T22%3A00%3A00.000Z" in asked.value.url
    assert "to=2026-07-02T21%3A59%3A59.999Z" in asked.value.url


def test_jobs_come_in_the_order_that_is_asked_for(admin: Admin, api: Api, make_file: MakeFile) -> None:
    stem = fresh("order")[:-4]
    for number, letter in ((1, "b"), (3, "c"), (2, "a")):
        api.run(make_file(number).read_bytes(), f"{stem}-{letter}.csv")

    def in_order(letters: str) -> None:
        expect(_files(admin)).to_have_text([f"{stem}-{letter}.csv" for letter in letters])

    admin.go(f"/event-logs?q={stem}")
    in_order("acb")
    order = admin.main.get_by_label("Order")
    for words, letters in (("Oldest first", "bca"), ("Most rows first", "cab"), ("By file name", "abc")):
        order.select_option(words)
        in_order(letters)
    admin.page.wait_for_url("**/event-logs?*sort=filename")
    admin.page.reload()
    in_order("abc")
    expect(order).to_have_value("filename")


def test_what_a_job_does_is_told_and_counted_by_its_kind(admin: Admin, api: Api) -> None:
    name, filename = seats.family(), fresh("kinds")
    (amelie,) = seats.settle(api, name, 1, filename)
    seats.delete(api, amelie)
    admin.go("/event-logs?kind=delete")
    newest = admin.main.get_by_role("table", name="Jobs").locator("tbody tr").first
    expect(newest).to_contain_text("Deletion")
    expect(newest.locator('[data-label="Done"]')).to_have_text("1")


def test_more_jobs_are_shown_when_asked_for(admin: Admin, api: Api) -> None:
    stem = fresh("many")[:-4]
    made = [api.create(api.upload(rows.document([rows.row()]), f"{stem}-{at:02}.csv")) for at in range(55)]
    for answer in made:
        api.wait(answer.json["job_id"])
    admin.go(f"/event-logs?q={stem}&sort=filename")
    expect(_files(admin)).to_have_count(50)
    expect(admin.main).to_contain_text("50 jobs, and more")
    admin.main.get_by_role("button", name="Show more jobs").click()
    expect(_files(admin)).to_have_text([f"{stem}-{at:02}.csv" for at in range(55)])
    expect(_files(admin).nth(50)).to_be_focused()
    expect(admin.main.get_by_role("button", name="Show more jobs")).to_be_hidden()
