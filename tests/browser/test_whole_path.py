"""The admin's path of the product: template, upload, Create, confirmation, Done, Event Logs, summary."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from contracts.template import latest
from tests.browser.admin import JOB_MS, Admin, fresh, table
from tests.e2e.api import Api

MakeFile = Callable[..., Path]


def test_somebody_who_is_not_signed_in_signs_in_first_and_then_comes_where_they_wanted(admin: Admin) -> None:
    admin.page.context.clear_cookies()
    admin.go("/event-logs?state=failed")
    expect(admin.page).to_have_title(re.compile("Sign in"))
    admin.page.get_by_label("User name").fill("nobody")
    admin.page.get_by_label("Password").fill("wrong")
    admin.page.get_by_role("button", name="Sign in").click()
    expect(admin.page.get_by_role("alert")).to_be_visible()
    expect(admin.page.get_by_label("User name")).to_have_value("nobody")
    expect(admin.page.get_by_label("Password")).to_be_focused()
    admin.sign_in()
    admin.page.wait_for_url("**/event-logs?state=failed")
    expect(admin.page.get_by_label("State")).to_have_value("failed")
    admin.page.get_by_role("button", name="Sign out").click()
    admin.go("/configuration")
    expect(admin.page).to_have_title(re.compile("Sign in"))


def test_configuration_comes_first_and_its_main_area_has_exactly_two_buttons(admin: Admin) -> None:
    admin.go("/")
    admin.page.wait_for_url("**/configuration")
    expect(admin.main.get_by_role("button")).to_have_text(["Download CSV template", "Upload file"])
    expect(admin.page.locator(".top-panel button, .top-panel [role=button]")).to_have_count(0)
    expect(admin.main).to_contain_text(re.compile(r"Up to [\d,]+ rows and \d+ [MG]B"))
    name, text = admin.download(admin.main.get_by_role("button", name="Download CSV template"))
    assert name.endswith(".csv")
    assert text == latest().csv()


def test_500_seats_from_a_dropped_file_to_the_summary(admin: Admin, api: Api, make_file: MakeFile) -> None:
    path = make_file(500, "Büro Zürich <b>#1.csv")
    admin.open_upload()
    admin.drop([path], on=admin.pop_up.get_by_text("Drag your file here"))
    expect(admin.pop_up).to_contain_text("Büro Zürich <b>#1.csv")
    admin.create_button().click()
    admin.sees("500 Seats created")
    name, text = admin.download(admin.pop_up.get_by_role("link", name="Download summary"))
    assert name.endswith(".csv")
    sent, summary = table(path.read_text("utf-8")), table(text)
    assert [{column: row[column] for column in sent[0]} for row in summary] == sent
    assert {row["type"] for row in summary} == {"successful"}
    assert len({row["user_id"] for row in summary}) == 500
    known = api.get(f"/seats?q={sent[0]['email']}").json["seats"]
    assert summary[0]["user_id"] in {seat["user_id"] for seat in known}

    admin.pop_up.get_by_role("button", name="Done").click()
    admin.page.wait_for_url("**/event-logs")
    newest = admin.main.get_by_role("row").nth(1)
    expect(newest).to_contain_text("Büro Zürich <b>#1.csv")
    expect(newest.get_by_role("cell").filter(has_text=re.compile("^500$"))).to_have_count(2)
    expect(newest).to_contain_text("Completed")
    newest.get_by_role("link").click()
    expect(admin.main.get_by_role("heading", name="500 Seats created")).to_be_visible()
    expect(admin.main.get_by_role("listitem")).not_to_have_count(0)
    assert admin.download(admin.main.get_by_role("link", name="Download summary"))[1] == text


def test_a_file_can_be_deleted_before_it_is_created(admin: Admin, api: Api, make_file: MakeFile) -> None:
    deleted_name, name = fresh("deleted"), fresh("kept")
    admin.upload(make_file(2, deleted_name))
    expect(admin.pop_up).to_contain_text(deleted_name)
    with admin.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        admin.pop_up.get_by_role("button", name="Delete").click()
    assert deleted.value.status == 204
    expect(admin.pop_up.get_by_text("Drag your file here")).to_be_visible()
    admin.choose(make_file(2, name))
    admin.create_button().click()
    admin.sees("2 Seats created")
    assert api.get(f"/jobs?q={deleted_name}").json["jobs"] == []
    assert len(api.get(f"/jobs?q={name}").json["jobs"]) == 1


def test_create_pressed_twice_makes_one_job(admin: Admin, api: Api, make_file: MakeFile) -> None:
    name = fresh("pressed-twice")
    admin.upload(make_file(3, name))
    admin.create_button().dblclick()
    admin.sees("3 Seats created")
    assert len(api.get(f"/jobs?q={name}").json["jobs"]) == 1


def test_a_file_dropped_beside_the_area_and_two_files_at_once(admin: Admin, make_file: MakeFile) -> None:
    first, second = make_file(1, "one.csv"), make_file(1, "two.csv")
    admin.go("/configuration")
    admin.drop([first], on=admin.page.get_by_role("heading", name="Configuration"))
    expect(admin.page).to_have_title(re.compile("Configuration"))
    admin.open_upload()
    admin.drop([first, second], on=admin.pop_up.get_by_text("Drag your file here"))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("One file at a time")


def test_reloading_and_closing_lose_nothing(admin: Admin, page: Page, make_file: MakeFile) -> None:
    name = fresh("reloaded")
    admin.create(make_file(5_000, name))
    page.wait_for_url("**/configuration?job=*")
    page.reload()
    expect(admin.pop_up).to_be_visible()
    admin.pop_up.get_by_role("button", name="Close").click()
    page.wait_for_url(re.compile(r"/configuration$"))
    admin.go(f"/event-logs?q={name}")
    row = admin.main.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Completed", timeout=JOB_MS)
    expect(row).to_contain_text("5,000")


def test_event_logs_can_be_searched_and_narrowed(admin: Admin, api: Api, make_file: MakeFile) -> None:
    name = fresh("autumn")
    api.run(make_file(1).read_bytes(), name)
    admin.go("/event-logs")
    expect(admin.main.get_by_role("link", name=name)).to_be_visible()
    admin.page.get_by_label("Search by file or person").fill("no such file")
    expect(admin.main.get_by_role("heading", name="No job fits")).to_be_visible()
    admin.page.wait_for_url("**/event-logs?q=no+such+file")
    admin.page.get_by_label("Search by file or person").fill(name.upper())
    expect(admin.main.get_by_role("link", name=name)).to_be_visible()
    admin.page.get_by_label("State").select_option("Rejected")
    expect(admin.main.get_by_role("heading", name="No job fits")).to_be_visible()


def test_times_are_in_the_zone_of_the_viewer_and_in_utc_when_pointed_at(
    admin: Admin, api: Api, make_file: MakeFile
) -> None:
    name = fresh("when")
    job = api.run(make_file(1).read_bytes(), name)
    admin.go(f"/event-logs?q={name}")
    time = admin.main.locator("time").first
    expect(time).to_have_attribute("datetime", job["submitted_at"])
    told = job["submitted_at"][:19].replace("T", " ")
    expect(time).to_have_attribute("title", f"{told} UTC")
    berlin = admin.page.evaluate("iso => new Date(iso).toLocaleTimeString('en-GB').slice(0, 5)", job["submitted_at"])
    expect(time).to_contain_text(berlin)


def test_the_reference_tells_every_column_of_the_template(admin: Admin) -> None:
    admin.go("/configuration")
    admin.main.get_by_role("link", name="See what each column may hold").click()
    for column in latest().columns:
        row = admin.main.locator(f"tr#{column.name}")
        expect(row).to_contain_text(column.rule)
        expect(row).to_contain_text(column.example)


def test_a_job_that_does_not_exist_says_so(admin: Admin) -> None:
    admin.go("/event-logs/00000000-0000-4000-8000-000000000000")
    expect(admin.main.get_by_role("heading", name="There is no such job")).to_be_visible()
