"""Chromium as the tests and the screenshots start it: the system's own, not one that Playwright would download."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",  # tests often run as root, where Chromium's sandbox can't
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)


def program() -> str | None:
    """The path of the browser, if this machine has one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """A headless browser, closed with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
