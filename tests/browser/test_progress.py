"""Progress that tells: in the pop-up, in the tab's title, on the Configuration page, on every other page, outside."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.admin import JOB_MS, Admin, fresh
from tests.browser.made_up import JOB_ID, answer, job
from tests.stack import Stack

MakeFile = Callable[..., Path]


def _running(page: Page, processed: int) -> None:
    told = job("provisioning", processed=processed, created=processed)
    answer(page, "**/api/v1/jobs?state=provisioning*", {"jobs": [told], "next_cursor": None})
    answer(page, f"**/api/v1/jobs/{JOB_ID}", told)


def test_rate_and_time_left_are_told_and_the_title_counts(admin: Admin, page: Page) -> None:
    _running(page, 1000)
    admin.go(f"/configuration?job={JOB_ID}")
    expect(admin.pop_up).to_contain_text("1,000 of 5,000 rows done")
    expect(page).to_have_title(re.compile("^20 % · Creating Seats · Configuration"))
    _running(page, 2000)
    expect(admin.pop_up).to_contain_text(re.compile(r"2,000 of 5,000 rows done.*rows per second.*left"), timeout=10_000)
    answer(page, "**/api/v1/jobs?state=provisioning*", {"jobs": [], "next_cursor": None})
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("completed", processed=5000, created=5000))
    admin.sees("5,000 Seats created")
    expect(page).to_have_title(re.compile("^Finished"))
    expect(page.locator("#announcer")).to_have_text("seats.csv: 5,000 Seats created")
    admin.pop_up.get_by_role("button", name="Close").click()
    expect(page).to_have_title("Configuration · Bulk Manager")


def test_a_speed_is_told_only_once_it_is_known_and_without_the_servers_clock(admin: Admin, page: Page) -> None:
    admin.go("/configuration")
    told = page.evaluate(
        """async () => {
            const { meter } = await import('/assets/js/progress.js');
            let at = 0;
            const read = meter(() => at);
            const say = (seconds, processed) => {
                at = seconds * 1000;
                const { percent, pace } = read({ state: 'provisioning', rows: 100000, processed });
                return [percent, pace];
            };
            return [say(0, 0), say(1, 1000), say(10, 10000), say(100, 10000), say(200, 10000)];
        }"""
    )
    assert told[0] == [0, ""]
    assert told[1] == [1, ""]
    assert told[2] == [10, "1,000 rows per second · about 2 min left"]
    assert told[4] == [10, ""], "what has stood still for long has no speed"


def test_jobs_of_the_account_are_followed_on_configuration_on_a_new_device(
    browser: Browser, signed_in: StorageState, stack: Stack, make_file: MakeFile, admin: Admin
) -> None:
    """Begun in one browser, seen in another that knows nothing but the sign-in."""
    name = fresh("elsewhere")
    admin.create(make_file(20_000, name))
    admin.page.wait_for_url("**/configuration?job=*")
    context = browser.new_context(storage_state=signed_in, locale="en-GB")
    other = Admin(context.new_page(), stack)
    other.go("/configuration")
    expect(other.main).to_contain_text(f"{name} is being processed.")
    expect(other.main.get_by_role("progressbar", name="Rows done")).to_be_visible()
    expect(other.page).to_have_title(re.compile("Checking every row|Creating Seats|Waiting"))
    expect(other.main).to_contain_text(f"{name}: 20,000 Seats created", timeout=JOB_MS)
    other.main.get_by_role("link", name="Show the result").click()
    other.sees("20,000 Seats created")
    context.close()


def test_the_end_of_a_job_is_told_on_another_page_once(admin: Admin, page: Page, make_file: MakeFile) -> None:
    name = fresh("meanwhile")
    admin.create(make_file(2_000, name))
    page.wait_for_url("**/configuration?job=*")
    admin.go("/template-reference")
    toast = page.locator("#toasts")
    expect(toast).to_contain_text(f"{name}: 2,000 Seats created", timeout=JOB_MS)
    expect(page.locator("#announcer")).to_have_text(f"{name}: 2,000 Seats created")
    expect(toast.get_by_role("link", name="Show the result")).to_have_attribute("href", re.compile("^/event-logs/"))
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_be_empty()
    admin.go("/template-reference")
    page.wait_for_load_state("networkidle")
    expect(toast).to_be_empty()


def test_an_end_that_was_seen_is_not_told_again(admin: Admin, page: Page, make_file: MakeFile) -> None:
    admin.create(make_file(1, fresh("seen")))
    admin.sees("1 Seat created")
    admin.go("/template-reference")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#toasts")).to_be_empty()


#: Stands for the browser's own: it notes what it was asked to show, and answers as the test says.
_NOTIFICATIONS = """
    window.shown = [];
    window.asked = 0;
    window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() {
            window.asked += 1;
            return (Notification.permission = "ANSWER");
        }
        constructor(title, { body }) {
            super();
            window.shown.push([title, body]);
        }
        close() {}
    };
    Object.defineProperty(document, "visibilityState", { get: () => window.away ? "hidden" : "visible" });
    Object.defineProperty(document, "hidden", { get: () => Boolean(window.away) });
"""


def test_a_notification_is_shown_where_it_was_allowed_and_nobody_looks(admin: Admin, page: Page) -> None:
    page.add_init_script(_NOTIFICATIONS.replace("ANSWER", "granted"))
    _running(page, 1000)
    admin.go(f"/configuration?job={JOB_ID}")
    ask = admin.pop_up.get_by_role("button", name="Tell me when it is finished")
    expect(ask).to_be_visible()
    assert page.evaluate("window.asked") == 0, "asked without a click"
    ask.click()
    expect(admin.pop_up).to_contain_text("You get a notification when it is finished")
    expect(ask).to_be_hidden()
    page.evaluate("window.away = true")
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("completed", processed=5000, created=5000))
    page.wait_for_function("() => window.shown.length", timeout=20_000)
    assert page.evaluate("window.shown") == [["5,000 Seats created", "seats.csv"]]


def test_no_notification_is_shown_to_somebody_who_looks_or_who_said_no(admin: Admin, page: Page) -> None:
    page.add_init_script(_NOTIFICATIONS.replace("ANSWER", "denied"))
    _running(page, 1000)
    admin.go(f"/configuration?job={JOB_ID}")
    ask = admin.pop_up.get_by_role("button", name="Tell me when it is finished")
    ask.click()
    expect(ask).to_be_hidden()
    expect(admin.pop_up.get_by_text("You get a notification when it is finished")).to_be_hidden()
    answer(page, f"**/api/v1/jobs/{JOB_ID}", job("completed", processed=5000, created=5000))
    admin.sees("5,000 Seats created")
    assert page.evaluate("window.shown") == []


def test_a_hidden_tab_goes_on_asking_but_less_often(admin: Admin, page: Page) -> None:
    page.add_init_script(_NOTIFICATIONS.replace("ANSWER", "denied"))
    _running(page, 1000)
    admin.go(f"/configuration?job={JOB_ID}")
    expect(page).to_have_title(re.compile("^20 %"))
    page.evaluate("window.away = true")
    _running(page, 3000)
    expect(page).to_have_title(re.compile("^60 %"), timeout=20_000)
