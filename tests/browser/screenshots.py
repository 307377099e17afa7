"""Makes the pictures of the documentation, docs/images/*.png, from the real system.

`python -m tests.browser.screenshots` takes all, or those whose names follow. The system is the one that BULK_URL names,
or one that is started for it and thrown away.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, StorageState

from tests import stack as running
from tests.browser import chromium, scenes
from tests.browser.admin import Admin
from tests.e2e.api import Api

IMAGES = Path(__file__).parents[2] / "docs/images"
WIDE = {"width": 1200, "height": 800}
NARROW = {"width": 360, "height": 740}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a picture is taken. Its name ends in ``suffix``."""

    suffix: str
    scheme: Literal["light", "dark"]
    size: dict[str, int]


LOOKS = (
    Look(suffix="", scheme="light", size=WIDE),
    Look(suffix="-dark", scheme="dark", size=WIDE),
    Look(suffix="-360", scheme="light", size=NARROW),
)


def take(
    browser: Browser, stack: running.Stack, scene: scenes.Scene, state: StorageState, look: Look, names: Sequence[str]
) -> Iterator[Path]:
    """Take the pictures of these names (all, if none) in one look."""
    for picture in scenes.ALL:
        name = scenes.name_of(picture)
        if names and name not in names:
            continue
        context = browser.new_context(
            storage_state=state,
            color_scheme=look.scheme,
            viewport={"width": look.size["width"], "height": look.size["height"]},
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        admin = Admin(context.new_page(), stack)
        picture(admin, scene)
        admin.page.wait_for_load_state("networkidle")
        path = IMAGES / f"{name}{look.suffix}.png"
        admin.page.screenshot(path=path, animations="disabled")
        context.close()
        yield path


@contextmanager
def system() -> Iterator[running.Stack]:
    """The system that the environment names, or a fresh one."""
    given = running.given(os.environ)
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as data, running.started(Path(data)) as stack:
        yield stack


def main(names: Sequence[str]) -> int:
    """Make the pictures of these names, or all; 1 where there is no browser."""
    program = chromium.program()
    if program is None:
        sys.stderr.write(f"No browser: install one of {', '.join(chromium.NAMES)}.\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with system() as stack, chromium.started(program) as browser, tempfile.TemporaryDirectory() as folder:
        scene = scenes.prepare(Api(stack), Path(folder))
        context = browser.new_context()
        admin = Admin(context.new_page(), stack)
        admin.go("/login")
        admin.sign_in()
        admin.page.wait_for_url("**/configuration")
        for look in LOOKS:
            for path in take(browser, stack, scene, context.storage_state(), look, names):
                sys.stdout.write(f"{path.relative_to(IMAGES.parents[1])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
