"""A real browser before the started system. Where there is no Chromium the tests are skipped, and fail if CI=true."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.browser import chromium
from tests.browser.admin import Admin
from tests.e2e import rows
from tests.e2e.api import Api
from tests.stack import Stack

# Instead of Playwright's 5 s, which are short where three processes test on two cores. What is there is not waited for.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.program()
    if path is None:
        message = f"needs a browser: none of {', '.join(chromium.NAMES)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    with chromium.started(path) as started:
        yield started


@pytest.fixture(scope="session")
def api(stack: Stack) -> Api:
    return Api(stack)


@pytest.fixture(scope="session")
def signed_in(browser: Browser, stack: Stack) -> StorageState:
    """The cookie of one sign-in, which all tests share that do not sign out."""
    context = browser.new_context()
    admin = Admin(context.new_page(), stack)
    admin.go("/login")
    admin.sign_in()
    admin.page.wait_for_url("**/configuration")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of: errors of scripts, and what the Content-Security-Policy refused."""
    return []


@pytest.fixture
def context(browser: Browser, signed_in: StorageState) -> Iterator[BrowserContext]:
    context = browser.new_context(
        storage_state=signed_in, locale="en-GB", timezone_id="Europe/Berlin", viewport={"width": 1280, "height": 860}
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """A page of somebody who is signed in. A script that fails, fails the test."""
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Security Policy" in line.text else None)
    yield page
    assert complaints == []


@pytest.fixture
def admin(page: Page, stack: Stack) -> Admin:
    return Admin(page, stack)


MakeFile = Callable[..., Path]


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """`make_file(500)`: a file of that many good rows, or of the rows given."""

    def make(content: int | list[dict[str, str]] | bytes, name: str = "seats.csv") -> Path:
        if isinstance(content, int):
            content = [rows.row() for _ in range(content)]
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else rows.document(content))
        return path

    return make
