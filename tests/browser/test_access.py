"""axe-core finds nothing to complain of (WCAG 2.2 AA and its best practices), on any page and in any state.

The pages and states are those of the screenshots: whoever adds one to `scenes.ALL` has it checked here too.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser import scenes, screenshots
from tests.browser.admin import Admin
from tests.e2e import rows
from tests.e2e.api import Api
from tests.stack import Stack

#: Only what is wrong is told in full: the list of all that is right takes twice as long as looking for it.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

#: Names as people have them, of both directions, and one that tries to turn the line around.
NAMES = [("נועה", "לוי"), ("محمد", "العبدالله"), ("Zoë", "O'Brien"), ("\u202eevil", "name")]


#: Resolves when all that moves, but what turns without an end, has come to rest.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished.catch(() => null)))"""


def findings(page: Page) -> list[str]:
    """What axe-core finds: the rule, and where."""
    answer = Axe().run(page, options=RULES).response
    return [f"{found['id']}: {node['target']}" for found in answer["violations"] for node in found["nodes"]]


@pytest.fixture(scope="module")
def scene(api: Api) -> Iterator[scenes.Scene]:
    with tempfile.TemporaryDirectory() as folder:
        yield scenes.prepare(api, Path(folder))


@pytest.fixture
def looked_at(browser: Browser, signed_in: StorageState, stack: Stack) -> Iterator[Admin]:
    """A page in light on a wide screen."""
    context = browser.new_context(
        storage_state=signed_in,
        color_scheme="light",
        viewport={"width": screenshots.WIDE["width"], "height": screenshots.WIDE["height"]},
        locale="en-GB",
        reduced_motion="reduce",
    )
    yield Admin(context.new_page(), stack)
    context.close()


@pytest.mark.parametrize("picture", scenes.ALL, ids=scenes.name_of)
def test_nothing_is_found(
    looked_at: Admin, scene: scenes.Scene, picture: Callable[[Admin, scenes.Scene], None]
) -> None:
    """In light on a wide screen and in dark on a narrow one: what is wrong with one of these is so in either look."""
    page = looked_at.page
    picture(looked_at, scene)
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": screenshots.NARROW["width"], "height": screenshots.NARROW["height"]})
    page.evaluate(SETTLED)
    assert findings(page) == []


def test_what_is_wrong_is_found(admin: Admin, page: Page) -> None:
    admin.go("/configuration")
    page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in findings(page))


def test_names_of_either_direction_stay_in_their_place(admin: Admin, api: Api) -> None:
    """Each name is isolated (`bdi`), so none of them turns what stands beside it."""
    broken = [rows.row(firstname=first, lastname=last, email=f"{first} {last}") for first, last in NAMES]
    job = api.run(rows.document(broken), "ملف الموظفين.csv")
    admin.go(f"/event-logs/{job['job_id']}")
    heading = admin.main.get_by_role("heading", level=1)
    expect(heading).to_contain_text("ملف الموظفين.csv")
    assert heading.locator("bdi").count() == 1
    values = admin.main.locator("#problems-card td[data-label='Value'] bdi")
    expect(values).to_have_count(len(NAMES))
    assert values.evaluate_all("all => all.every(one => !/[\\u202a-\\u202e]/.test(one.textContent))")
