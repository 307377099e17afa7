"""The Seats tab: found, chosen, exported, deleted; and a Seat's own page."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import seats
from tests.browser.admin import JOB_MS, Admin, table
from tests.e2e.api import Api


def _rows(admin: Admin) -> Locator:
    return admin.main.get_by_role("table", name="Seats").locator("tbody tr")


def _search(admin: Admin) -> Locator:
    return admin.main.get_by_label("Search by name, extension, number, e-mail or MAC")


def _bar(admin: Admin) -> Locator:
    return admin.main.get_by_role("group", name="Chosen Seats")


def _tick(admin: Admin, name: str) -> Locator:
    return admin.main.get_by_role("checkbox", name=f"Choose {name}", exact=True)


def test_a_seat_is_found_by_all_that_a_person_knows_of_it(admin: Admin, api: Api) -> None:
    name = seats.family()
    amelie, _ = seats.settle(api, name, 2)
    admin.go("/configuration")
    admin.page.get_by_role("navigation", name="Main").get_by_role("link", name="Seats").click()
    for known in (f"amelie {name}", amelie["extension"], amelie["phone_number"], amelie["email"], amelie["device_mac"]):
        _search(admin).fill(known)
        expect(_rows(admin)).to_have_count(1)
        expect(_rows(admin)).to_contain_text(f"Amélie {name}")
        expect(_bar(admin)).to_contain_text("1 Seat found")
    _search(admin).fill(name.upper())
    expect(_rows(admin)).to_have_count(2)
    admin.page.wait_for_url(f"**/seats?q={name.upper()}")
    admin.page.reload()
    expect(_search(admin)).to_have_value(name.upper())
    expect(_rows(admin)).to_have_count(2)
    _search(admin).fill(f"{name} nobody")
    expect(admin.main.get_by_role("heading", name="No Seat fits")).to_be_visible()
    expect(_bar(admin)).to_be_hidden()


def test_pages_can_be_turned_shared_and_gone_back_to(admin: Admin, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 60)
    admin.go(f"/seats?q={name}")
    expect(_rows(admin)).to_have_count(50)
    first = _rows(admin).first.text_content()
    admin.main.get_by_role("button", name="Next").click()
    expect(_rows(admin)).to_have_count(10)
    admin.page.wait_for_url(f"**/seats?q={name}&cursor=*")
    shared = admin.page.url
    admin.page.go_back()
    expect(_rows(admin)).to_have_count(50)
    admin.page.go_forward()
    expect(_rows(admin)).to_have_count(10)
    admin.page.reload()
    expect(_rows(admin)).to_have_count(10)
    admin.main.get_by_role("button", name="Previous").click()
    expect(_rows(admin)).to_have_count(50)
    assert _rows(admin).first.text_content() == first
    expect(admin.main.get_by_role("button", name="Previous")).to_have_attribute("aria-disabled", "true")
    admin.page.goto(shared)
    expect(_rows(admin)).to_have_count(10)


def test_seats_are_chosen_one_by_one_by_the_page_and_all(admin: Admin, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 60)
    admin.go(f"/seats?q={name}")
    bar, page_tick = _bar(admin), admin.main.get_by_role("checkbox", name="Choose all on this page")
    expect(bar).to_contain_text("60 Seats found")
    expect(bar.get_by_role("button", name="Delete")).to_be_hidden()
    ticks = _rows(admin).get_by_role("checkbox")
    ticks.nth(1).check()
    ticks.nth(4).click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 chosen")
    assert page_tick.evaluate("tick => tick.indeterminate")
    page_tick.check()
    expect(bar).to_contain_text("50 chosen")
    admin.main.get_by_role("button", name="Next").click()
    expect(_rows(admin)).to_have_count(10)
    expect(page_tick).not_to_be_checked()
    ticks.first.check()
    expect(bar).to_contain_text("51 chosen")
    bar.get_by_role("button", name="Choose all 60 found").click()
    expect(bar).to_contain_text("60 chosen")
    expect(page_tick).to_be_checked()
    ticks.first.uncheck()
    expect(bar).to_contain_text("9 chosen")
    bar.get_by_role("button", name="Choose none").click()
    expect(bar).to_contain_text("60 Seats found")
    expect(bar.get_by_role("button", name="Delete")).to_be_hidden()


def test_what_is_exported_can_be_uploaded_again(admin: Admin, api: Api) -> None:
    name = seats.family()
    made = seats.settle(api, name, 3)
    admin.go(f"/seats?q={name}")
    export = _bar(admin).get_by_role("link", name="Export")
    _, text = admin.download(export)
    assert {row["user_id"] for row in table(text)} == {seat["user_id"] for seat in made}
    _tick(admin, f"Noah {name}").check()
    filename, text = admin.download(export)
    assert filename == "seats.csv"
    (row,) = table(text)
    assert (row["firstname"], row["user_id"]) == ("Noah", made[1]["user_id"])
    assert seats.change(api, text)["updated"] == 1


def test_more_seats_than_one_address_takes_are_exported_as_one_file(admin: Admin, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 210)
    admin.go(f"/seats?q={name}")
    for _ in range(5):
        admin.main.get_by_role("checkbox", name="Choose all on this page").check()
        following = admin.main.get_by_role("button", name="Next")
        if following.get_attribute("aria-disabled") == "false":
            following.click()
            expect(admin.main.get_by_role("checkbox", name="Choose all on this page")).not_to_be_checked()
    expect(_bar(admin)).to_contain_text("210 chosen")
    _, text = admin.download(_bar(admin).get_by_role("link", name="Export"))
    assert len({row["user_id"] for row in table(text)}) == len(table(text)) == 210


def test_chosen_seats_are_deleted_after_asking_once_more(admin: Admin, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 3)
    admin.go(f"/seats?q={name}")
    _tick(admin, f"Amélie {name}").check()
    _tick(admin, f"Noah {name}").check()
    asked = admin.page.get_by_role("alertdialog", name="Delete 2 Seats?")
    delete = _bar(admin).get_by_role("button", name="Delete")
    delete.click()
    expect(asked).to_contain_text(f"Amélie {name}")
    expect(asked.get_by_role("button", name="Keep the Seats")).to_be_focused()
    admin.page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(delete).to_be_focused()
    assert len(seats.found(api, name)) == 3
    delete.click()
    asked.get_by_role("button", name="Delete 2 Seats").click()
    admin.page.wait_for_url("**/event-logs/*-*")
    expect(admin.main.get_by_role("heading", name="2 Seats deleted")).to_be_visible(timeout=JOB_MS)
    assert [seat["firstname"] for seat in seats.found(api, name)] == ["Fatima"]


def test_all_that_a_search_finds_is_deleted_once_its_number_was_typed(admin: Admin, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 60)
    admin.go(f"/seats?q={name}")
    admin.main.get_by_role("checkbox", name="Choose all on this page").check()
    _bar(admin).get_by_role("button", name="Choose all 60 found").click()
    _bar(admin).get_by_role("button", name="Delete").click()
    asked = admin.page.get_by_role("alertdialog", name="Delete 60 Seats?")
    proof = asked.get_by_label("Type 60 to confirm")
    expect(proof).to_be_focused()
    proof.fill("6")
    asked.get_by_role("button", name="Delete 60 Seats").click()
    expect(asked.get_by_role("status")).to_contain_text("That is not 60.")
    assert len(seats.found(api, name)) == 60
    proof.fill("60")
    admin.page.keyboard.press("Enter")
    expect(admin.main.get_by_role("heading", name="60 Seats deleted")).to_be_visible(timeout=JOB_MS)
    assert seats.found(api, name) == []


def test_a_deletion_that_was_not_answered_can_be_asked_for_again_and_is_one_job(
    admin: Admin, page: Page, api: Api
) -> None:
    name = seats.family()
    seats.settle(api, name, 1)
    keys: list[str | None] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.header_value("Idempotency-Key"))
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/seats/delete", lose_the_first)
    admin.go(f"/seats?q={name}")
    _tick(admin, f"Amélie {name}").check()
    _bar(admin).get_by_role("button", name="Delete").click()
    asked = page.get_by_role("alertdialog")
    asked.get_by_role("button", name="Delete 1 Seat").click()
    expect(asked.get_by_role("alert")).to_contain_text("No connection.")
    asked.get_by_role("button", name="Try again").click()
    expect(admin.main.get_by_role("heading", name="1 Seat deleted")).to_be_visible(timeout=JOB_MS)
    assert keys[0]
    assert keys == [keys[0]] * 2


def test_the_page_of_a_seat_tells_its_values_and_what_made_it(admin: Admin, api: Api) -> None:
    name = seats.family()
    _, noah = seats.settle(api, name, 2, "the office.csv")
    admin.go(f"/seats?q={name}")
    admin.main.get_by_role("link", name=f"Noah {name}").click()
    expect(admin.main.get_by_role("heading", level=1)).to_have_text(f"Noah {name}")
    values = admin.main.get_by_role("region", name="Values")
    for value in (noah["extension"], noah["phone_number"], noah["email"], noah["device_mac"]):
        expect(values).to_contain_text(value)
    expect(admin.main).not_to_contain_text("0123")  # the PIN of its voicemail
    origin = admin.main.get_by_role("region", name="Where it comes from")
    expect(origin).to_contain_text("Line 3 of the office.csv")
    expect(origin).to_contain_text("Not since it was made")
    _, text = admin.download(values.get_by_role("link", name="Export as CSV"))
    assert [row["user_id"] for row in table(text)] == [noah["user_id"]]
    seats.change(api, f"user_id,department\n{noah['user_id']},Reception\n")
    admin.page.reload()
    expect(values).to_contain_text("Reception")
    expect(origin).not_to_contain_text("Not since it was made")
    origin.get_by_role("link", name="the office.csv").click()
    expect(admin.main.get_by_role("heading", name="2 Seats created")).to_be_visible()


def test_a_seat_can_be_deleted_on_its_page_which_then_says_that_it_is_gone(admin: Admin, api: Api) -> None:
    name = seats.family()
    (amelie,) = seats.settle(api, name, 1)
    admin.go(f"/seats/{amelie['user_id']}")
    admin.main.get_by_role("button", name="Delete this Seat").click()
    asked = admin.page.get_by_role("alertdialog", name="Delete 1 Seat?")
    asked.get_by_role("button", name="Delete 1 Seat").click()
    expect(admin.main.get_by_role("heading", name="1 Seat deleted")).to_be_visible(timeout=JOB_MS)
    admin.go(f"/seats/{amelie['user_id']}")
    expect(admin.main.get_by_role("heading", name="There is no such Seat")).to_be_visible()


def test_trouble_with_the_list_is_told_and_can_be_tried_again(admin: Admin, page: Page, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 1)
    page.route("**/api/v1/seats?*", lambda route: route.abort())
    admin.go(f"/seats?q={name}")
    expect(admin.main.get_by_role("alert")).to_contain_text("No connection.")
    page.unroute_all()
    admin.main.get_by_role("button", name="Try again").click()
    expect(_rows(admin)).to_have_count(1)


def test_an_address_with_a_cursor_that_is_none_leads_to_the_first_page(admin: Admin, api: Api) -> None:
    name = seats.family()
    seats.settle(api, name, 1)
    admin.go(f"/seats?q={name}&cursor=nonsense")
    expect(_rows(admin)).to_have_count(1)
    admin.page.wait_for_url(re.compile(rf"/seats\?q={name}$"))


@pytest.mark.parametrize("width", [360, 1280])
def test_a_seat_is_chosen_and_deleted_with_the_keyboard_alone(admin: Admin, api: Api, width: int) -> None:
    name = seats.family()
    seats.settle(api, name, 1)
    admin.page.set_viewport_size({"width": width, "height": 740})
    admin.go(f"/seats?q={name}")
    expect(_rows(admin)).to_have_count(1)
    _search(admin).focus()
    keys = admin.page.keyboard
    for _ in range(12):
        keys.press("Tab")
        if _tick(admin, f"Amélie {name}").evaluate("tick => tick === document.activeElement"):
            break
    keys.press("Space")
    for _ in range(12):
        keys.press("Shift+Tab")
        if _bar(admin).get_by_role("button", name="Delete").evaluate("it => it === document.activeElement"):
            break
    keys.press("Enter")
    asked = admin.page.get_by_role("alertdialog")
    expect(asked.get_by_role("button", name="Keep the Seat")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(admin.main.get_by_role("heading", name="1 Seat deleted")).to_be_visible(timeout=JOB_MS)
