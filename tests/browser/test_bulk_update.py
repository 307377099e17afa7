"""Bulk update: a changed export is uploaded, the differences are shown, then the Seats are changed."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import seats
from tests.browser.admin import JOB_MS, Admin
from tests.browser.conftest import MakeFile
from tests.e2e.api import Api


def _open(admin: Admin, name: str, path: Path) -> None:
    admin.go(f"/seats?q={name}")
    admin.main.get_by_role("button", name="Bulk update").click()
    expect(admin.pop_up).to_contain_text("user_id")
    admin.choose(path)


def test_a_changed_export_is_previewed_and_then_changes_the_seats(admin: Admin, api: Api, make_file: MakeFile) -> None:
    name = seats.family()
    amelie, noah, fatima = seats.settle(api, name, 3)
    exported = api.get(f"/seats.csv?q={name}").body.decode("utf-8-sig")
    assert f",{amelie['phone_number']}," in exported
    lines = ["user_id,department,phone_number"]
    lines += [f"{amelie['user_id']},Reception,", f"{noah['user_id']},Sales,[clear]", f"{fatima['user_id']},,"]
    _open(admin, name, make_file("\n".join(lines).encode(), "moved.csv"))

    expect(admin.pop_up.get_by_role("heading", name="2 Seats will change")).to_be_visible(timeout=JOB_MS)
    changes = admin.pop_up.get_by_role("region", name="What will change").get_by_role("row")
    expect(changes).to_have_count(4)
    expect(changes.nth(1)).to_contain_text(f"Amélie {name}")
    expect(changes.nth(1)).to_contain_text("Reception")
    cleared = changes.filter(has_text=noah["phone_number"])
    expect(cleared).to_contain_text("cleared")
    assert seats.found(api, name)[0]["changed_at"] is None

    admin.pop_up.get_by_role("button", name="Update", exact=True).click()
    expect(admin.pop_up.get_by_role("heading", name="3 Seats updated")).to_be_visible(timeout=JOB_MS)
    changed = seats.found(api, name)
    assert [seat["attributes"].get("department") for seat in changed] == ["Reception", "Sales", None]
    assert [seat["phone_number"] for seat in changed] == [amelie["phone_number"], None, fatima["phone_number"]]
    admin.pop_up.get_by_role("button", name="Close").click()
    expect(admin.main.get_by_role("table", name="Seats")).not_to_contain_text(noah["phone_number"])


def test_a_file_that_changes_nothing_says_so(admin: Admin, api: Api, make_file: MakeFile) -> None:
    name = seats.family()
    seats.settle(api, name, 2)
    _open(admin, name, make_file(api.get(f"/seats.csv?q={name}").body, "as-it-was.csv"))
    expect(admin.pop_up.get_by_role("heading", name="Nothing would change")).to_be_visible(timeout=JOB_MS)


def test_a_user_id_that_no_seat_has_is_told_before_anything_is_changed(
    admin: Admin, api: Api, make_file: MakeFile
) -> None:
    name = seats.family()
    (amelie,) = seats.settle(api, name, 1)
    content = f"user_id,department\n{amelie['user_id']},Sales\n00000000-0000-4000-8000-000000000001,Sales\n"
    _open(admin, name, make_file(content.encode(), "unknown.csv"))
    expect(admin.pop_up.get_by_role("heading", name="1 problem to correct")).to_be_visible(timeout=JOB_MS)
    expect(admin.pop_up.get_by_role("table")).to_contain_text("user_id")
    assert seats.found(api, name)[0]["changed_at"] is None


def test_an_update_under_way_is_found_again_after_a_reload(admin: Admin, page: Page, api: Api) -> None:
    name = seats.family()
    (amelie,) = seats.settle(api, name, 1)
    job = seats.change(api, f"user_id,department\n{amelie['user_id']},Sales\n")
    admin.go(f"/seats?job={job['job_id']}")
    expect(admin.pop_up.get_by_role("heading", name="1 Seat updated")).to_be_visible(timeout=JOB_MS)
    page.keyboard.press("Escape")
    expect(admin.pop_up).to_be_hidden()
    page.wait_for_url("**/seats")
