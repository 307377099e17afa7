"""The whole path with the keyboard alone, and what is said to those who listen."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.admin import JOB_MS, Admin
from tests.stack import Stack

MakeFile = Callable[..., Path]


def _tab_to(control: Locator) -> None:
    """Press Tab until what is seen has the focus, as somebody does who can't use a mouse."""
    expect(control).to_be_visible(timeout=JOB_MS)
    for _ in range(30):
        if control.evaluate("it => it === document.activeElement"):
            return
        control.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {control}")


def test_from_sign_in_to_event_logs_without_a_mouse(
    admin: Admin, page: Page, stack: Stack, make_file: MakeFile
) -> None:
    page.context.clear_cookies()
    admin.go("/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(stack.user)
    page.keyboard.press("Tab")
    page.keyboard.type(stack.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/configuration")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page.get_by_role("button", name="Upload file"))
    page.keyboard.press("Enter")
    _tab_to(page.get_by_label("Drag your file here"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(make_file(4, "keys.csv"))

    expect(admin.create_button()).to_be_focused()
    expect(admin.create_button()).to_be_enabled(timeout=JOB_MS)
    page.keyboard.press("Enter")
    expect(admin.pop_up.get_by_role("heading", name="4 Seats created")).to_be_focused(timeout=JOB_MS)
    _tab_to(admin.pop_up.get_by_role("button", name="Done"))
    page.keyboard.press("Space")
    page.wait_for_url("**/event-logs")
    _tab_to(page.get_by_role("link", name="keys.csv"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/event-logs/*-*")


def test_escape_closes_the_pop_up_and_the_focus_goes_back(admin: Admin, page: Page) -> None:
    admin.open_upload()
    expect(admin.pop_up).to_be_visible()
    page.keyboard.press("Escape")
    expect(admin.pop_up).to_be_hidden()
    expect(page.get_by_role("button", name="Upload file")).to_be_focused()


def test_what_happens_is_said_in_a_live_region(admin: Admin, make_file: MakeFile) -> None:
    admin.upload(make_file(1, "heard.csv"))
    said = admin.page.locator("#announcer")
    expect(said).to_contain_text("heard.csv has arrived")
    admin.pop_up.get_by_role("button", name="Delete").click()
    expect(said).to_contain_text("heard.csv was deleted")
