"""What an admin does on the pages, by the names that are read there."""

import csv
import io
import secrets
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack

#: How long a job of these tests may take, in ms: machines that run tests are busy.
JOB_MS = 60_000


class Admin:
    """One person before one browser page."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        # Choosers are caught from now on. Asked for only when a chooser is about to open, Chromium may do it too late.
        page.on("filechooser", lambda _chooser: None)
        self._stack = stack
        self.pop_up = page.get_by_role("dialog")
        self.main = page.get_by_role("main")

    def sign_in(self) -> None:
        """Fill in the form that is open."""
        self.page.get_by_label("User name").fill(self._stack.user)
        self.page.get_by_label("Password").fill(self._stack.password)
        self.page.get_by_role("button", name="Sign in").click()

    def go(self, path: str) -> None:
        self.page.goto(self._stack.url + path)

    def open_upload(self) -> None:
        self.go("/configuration")
        self.main.get_by_role("button", name="Upload file").click()
        expect(self.pop_up).to_be_visible()

    def choose(self, path: Path) -> None:
        """Give the file to the ordinary file chooser."""
        with self.page.expect_file_chooser() as chooser:
            self.pop_up.get_by_text("choose a file").click()
        chooser.value.set_files(path)

    def drop(self, paths: Sequence[Path], on: Locator) -> None:
        """Drag files from the desktop and let them go over an element, as the browser itself sees it."""
        box = on.bounding_box()
        assert box is not None
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        session = self.page.context.new_cdp_session(self.page)
        for step in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": step, "data": data} | place)

    def send(self, path: Path) -> None:
        """Open the pop-up and choose the file; what comes of it is not waited for."""
        self.open_upload()
        self.choose(path)

    def upload(self, path: Path) -> None:
        """Open the pop-up, choose the file, and wait until it has arrived and was found in order."""
        self.send(path)
        expect(self.create_button()).to_be_enabled(timeout=JOB_MS)

    def create_button(self) -> Locator:
        return self.pop_up.get_by_role("button", name="Create", exact=True)

    def create(self, path: Path) -> None:
        self.upload(path)
        self.create_button().click()

    def sees(self, heading: str) -> None:
        """Wait until the pop-up has this heading."""
        expect(self.pop_up.get_by_role("heading", name=heading)).to_be_visible(timeout=JOB_MS)

    def download(self, control: Locator) -> tuple[str, str]:
        """What a control downloads: the name of the file and its text."""
        with self.page.expect_download() as download:
            control.click()
        return download.value.suggested_filename, download.value.path().read_bytes().decode("utf-8-sig")


def table(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def fresh(stem: str) -> str:
    """A file name that no earlier run of the tests has used, should the system be older than the run."""
    return f"{stem}-{secrets.token_hex(4)}.csv"
