"""A file is checked once it has arrived: nothing is made by that, and Create starts only a file that is in order."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.browser.admin import JOB_MS, Admin, fresh, table
from tests.browser.made_up import CHECK_ID, SHA256, answer, fails_once, job
from tests.e2e import rows
from tests.e2e.api import Api

MakeFile = Callable[..., Path]


def test_a_file_in_order_is_ready_and_nothing_is_made_before_create(
    admin: Admin, api: Api, make_file: MakeFile
) -> None:
    name = fresh("ready")
    content = [rows.row() for _ in range(500)]
    admin.send(make_file(content, name))
    admin.sees("500 Seats ready")
    expect(admin.pop_up).to_contain_text("Nothing has been created yet.")
    expect(admin.create_button()).to_be_enabled()
    expect(admin.page).to_have_title(re.compile("^Ready"))
    assert api.get(f"/jobs?q={name}").json["jobs"] == []
    assert api.get(f"/seats?q={content[0]['email']}").json["seats"] == []
    admin.create_button().click()
    admin.sees("500 Seats created")
    assert len(api.get(f"/jobs?q={name}").json["jobs"]) == 1


def test_a_file_with_problems_can_be_corrected_from_the_copy_that_names_them(
    admin: Admin, make_file: MakeFile, tmp_path: Path
) -> None:
    wrong = [rows.row(), rows.row(email="nobody"), rows.row(timezone="America/Vancuver")]
    header = f"{rows.HEADER},timezone"
    wrong = [{"timezone": ""} | row for row in wrong]
    admin.send(make_file(rows.document(wrong, header), "mine.csv"))
    admin.sees("2 problems to correct")
    expect(admin.create_button()).to_be_hidden()
    row = admin.pop_up.get_by_role("row").filter(has_text="America/Vancuver")
    expect(row).to_contain_text("America/Vancouver")

    _, text = admin.download(admin.pop_up.get_by_role("link", name="Your file with the problems"))
    marked = table(text)
    assert [bool(line["problems"]) for line in marked] == [False, True, True]
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(
        text.replace("nobody,", f"{rows.row()['email']},").replace("America/Vancuver", "America/Vancouver"), "utf-8"
    )
    admin.pop_up.get_by_role("button", name="Upload a corrected file").click()
    admin.choose(corrected)
    admin.sees("3 Seats ready")
    admin.create_button().click()
    admin.sees("3 Seats created")


def test_problems_are_grouped_by_kind_filtered_and_explained(admin: Admin, make_file: MakeFile) -> None:
    wrong = [rows.row(email="nobody") for _ in range(120)] + [rows.row(seat_type="premium") for _ in range(3)]
    admin.send(make_file(wrong))
    admin.sees("123 problems to correct")
    kinds = admin.pop_up.get_by_role("list", name="Problems by kind")
    everything, emails, types = (kinds.get_by_role("button", name=name) for name in ("123 All", "120 ", "3 The value"))
    expect(everything).to_have_attribute("aria-pressed", "true")
    expect(admin.pop_up).to_contain_text("The first 100 of 123")
    types.click()
    expect(types).to_have_attribute("aria-pressed", "true")
    expect(types).to_be_focused()
    expect(admin.pop_up.get_by_role("row")).to_have_count(4)
    expect(admin.pop_up).to_contain_text("Choose one of the values of the rule.")
    more = admin.pop_up.get_by_role("link", name="More about this kind of problem")
    expect(more).to_have_attribute("href", "/template-reference#problem-not_allowed")
    emails.click()
    expect(admin.pop_up.get_by_role("row")).to_have_count(101)
    admin.pop_up.get_by_role("button", name="Show more problems").click()
    expect(admin.pop_up.get_by_role("row")).to_have_count(121)
    everything.click()
    expect(admin.pop_up.get_by_role("row")).to_have_count(101)
    with admin.page.expect_popup() as opened:
        types.click()
        more.click()
    expect(opened.value.locator("#problem-not_allowed")).to_be_in_viewport()


def test_a_file_that_is_no_table_says_what_to_do(admin: Admin, make_file: MakeFile) -> None:
    admin.send(make_file("Zoë\n".encode("latin-1") * 3, "old export.csv"))
    admin.sees("problem")
    expect(admin.pop_up).to_contain_text("UTF-8")
    admin.pop_up.get_by_role("link", name="Your file with the problems").click()
    expect(admin.pop_up.get_by_role("alert")).to_be_visible()


def _arriving(page: Page, **members: Any) -> None:
    """An upload as it is answered, and a check that was begun with it."""
    upload = {
        "upload_id": "5a4b8a0e-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
        "filename": "seats.csv",
        "size": 1_000_000,
        "sha256": SHA256,
        "expires_at": "2099-01-01T00:00:00Z",
        "format": "csv",
        "sheets": None,
        "sheet": None,
        "header": None,
    } | members
    page.route("**/api/v1/uploads?*", lambda route: route.fulfill(status=201, json=upload))
    page.route(
        "**/api/v1/jobs", lambda route: route.fulfill(status=202, json={"job_id": CHECK_ID, "state": "submitted"})
    )
    answer(page, "**/api/v1/jobs?sha256=*", {"jobs": [], "next_cursor": None})


def _check(state: str, **members: Any) -> dict[str, Any]:
    return job(state, job_id=CHECK_ID, dry_run=True, **members)


def test_a_long_check_tells_how_far_it_is_and_create_waits_for_it(
    admin: Admin, page: Page, make_file: MakeFile
) -> None:
    _arriving(page)
    answer(
        page, f"**/api/v1/jobs/{CHECK_ID}", _check("validating", rows=None, rows_checked=1200, bytes_checked=250_000)
    )
    admin.send(make_file(1))
    expect(admin.pop_up).to_contain_text("1,200 rows checked")
    expect(admin.pop_up.get_by_role("progressbar", name="Rows checked")).to_have_js_property("value", 0.25)
    expect(page).to_have_title(re.compile("^Checking, 25 %"))
    expect(admin.create_button()).to_be_disabled()
    admin.create_button().click(force=True)
    expect(admin.pop_up.get_by_role("heading", name="Checking every row")).to_be_visible()
    answer(
        page, f"**/api/v1/jobs/{CHECK_ID}", _check("validating", rows=None, rows_checked=3700, bytes_checked=750_000)
    )
    expect(admin.pop_up).to_contain_text(re.compile(r"3,700 rows checked.*rows per second.*left"), timeout=10_000)
    answer(page, f"**/api/v1/jobs/{CHECK_ID}", _check("checked", not_processed=5000))
    admin.sees("5,000 Seats ready")
    expect(admin.create_button()).to_be_enabled()
    expect(admin.create_button()).to_be_focused()


def test_a_check_goes_on_after_a_reload_and_is_the_same_one(admin: Admin, page: Page, make_file: MakeFile) -> None:
    begun: list[Request] = []
    page.on("request", lambda one: begun.append(one) if one.method == "POST" and one.url.endswith("/jobs") else None)
    admin.upload(make_file(3, "reloaded check.csv"))
    page.reload()
    expect(admin.main).to_contain_text("reloaded check.csv was uploaded, but nothing has been created from it yet.")
    expect(admin.main.get_by_role("button")).to_have_count(2)
    admin.main.get_by_role("link", name="Go on with it").click()
    admin.sees("3 Seats ready")
    assert len(begun) == 1
    admin.create_button().click()
    admin.sees("3 Seats created")


def test_a_check_that_could_not_be_begun_is_begun_with_the_same_key(
    admin: Admin, page: Page, make_file: MakeFile
) -> None:
    keys = fails_once(page, dry_run=True)
    admin.send(make_file(2))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("Not just now.")
    expect(admin.create_button()).to_be_hidden()
    admin.pop_up.get_by_role("button", name="Try again").click()
    admin.sees("2 Seats ready")
    assert keys[0]
    assert keys == [keys[0], keys[0]]


def test_a_check_that_stopped_can_be_begun_anew(admin: Admin, page: Page, make_file: MakeFile) -> None:
    _arriving(page)
    answer(page, f"**/api/v1/jobs/{CHECK_ID}", _check("failed", message="The check gave up."))
    admin.send(make_file(1))
    expect(admin.pop_up.get_by_role("alert")).to_contain_text("The check gave up.")
    answer(page, f"**/api/v1/jobs/{CHECK_ID}", _check("checked", rows=1))
    admin.pop_up.get_by_role("button", name="Try again").click()
    admin.sees("1 Seat ready")


def test_what_is_in_the_way_may_go_and_the_file_is_checked_again(admin: Admin, page: Page, make_file: MakeFile) -> None:
    _arriving(page)
    found = {"problems": [], "problem_count": 0, "problems_by_code": {"seat_exists": 1}, "next_cursor": None}
    answer(page, "**/problems?*", found)
    answer(page, f"**/api/v1/jobs/{CHECK_ID}", _check("rejected", problems=1))
    admin.send(make_file(1))
    admin.sees("1 problem to correct")
    answer(page, f"**/api/v1/jobs/{CHECK_ID}", _check("checked", rows=1))
    admin.pop_up.get_by_role("button", name="Check it again").click()
    admin.sees("1 Seat ready")


def test_the_same_file_again_warns_before_anything(admin: Admin, api: Api, make_file: MakeFile) -> None:
    path = make_file(4, fresh("twice"))
    first = api.run(path.read_bytes(), path.name)
    admin.send(path)
    note = admin.pop_up.get_by_role("status").filter(has_text="This very file was uploaded before.")
    expect(note).to_contain_text("4 Seats created")
    expect(note.locator("time")).to_have_attribute("datetime", first["submitted_at"])
    expect(note.get_by_role("link", name="See that job")).to_have_attribute("href", f"/event-logs/{first['job_id']}")
    admin.sees("16 problems to correct")


def test_a_file_of_which_nothing_was_made_does_not_warn(admin: Admin, api: Api, make_file: MakeFile) -> None:
    path = make_file([rows.row(email="nobody")], fresh("rejected twice"))
    assert api.run(path.read_bytes(), "rejected.csv")["state"] == "rejected"
    with admin.page.expect_response(re.compile(r"/jobs\?sha256=")):
        admin.send(path)
    admin.sees("1 problem to correct")
    expect(admin.pop_up).not_to_contain_text("This very file was uploaded before.")


def test_the_job_itself_may_still_be_refused(admin: Admin, page: Page, api: Api, make_file: MakeFile) -> None:
    """Between the check and Create somebody else took what the file wants."""
    taken = rows.row()
    admin.upload(make_file([taken], fresh("late")))
    api.run(rows.document([rows.row(email=taken["email"])]), "sooner.csv")
    admin.create_button().click()
    admin.sees("The file was not accepted: nothing was created")
    expect(admin.pop_up.get_by_role("row").filter(has_text=taken["email"])).to_have_count(1)
    expect(admin.pop_up.get_by_role("button", name="Upload a corrected file")).to_be_visible(timeout=JOB_MS)
