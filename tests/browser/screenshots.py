"""Makes the pictures of the README, docs/images/*.png, from the real system: `python -m tests.browser.screenshots`.

The system is the one that BULK_URL names, or one that is started for it and thrown away. States that a healthy system
hardly ever shows (rows that failed, an error of the back end) are shown to the page by hand.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, StorageState

from tests import stack as running
from tests.browser import chromium
from tests.browser.admin import Admin
from tests.e2e import rows
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the pictures need: jobs that have ended, and files to upload."""

    job: dict[str, Any]
    rejected: dict[str, Any]
    file: Path


def prepare(api: Api, folder: Path) -> Scene:
    """Do the jobs that the pictures show."""
    file = folder / "seats-500.csv"
    file.write_bytes(rows.document(rows.row() for _ in range(500)))
    api.run(rows.document(rows.row() for _ in range(1200)), "seats-north-america.csv")
    wrong = [rows.row() for _ in range(40)]
    wrong[2] |= {"email": "amelie.okonkwo"}
    wrong[6] |= {"phone_number": "4.41E+11"}
    wrong[11] |= {"extension": wrong[3]["extension"]}
    wrong[14] |= {"voicemail_pin": "12"}
    wrong[20] |= {"seat_type": "premium"}
    wrong[31] |= {"lastname": ""}
    rejected = api.run(rows.document(wrong), "seats-europe.csv")
    job = api.run(file.read_bytes(), "seats-reception.csv")
    file.write_bytes(rows.document(rows.row() for _ in range(500)))
    return Scene(job=job, rejected=rejected, file=file)


def _shown(admin: Admin, job: dict[str, Any], **changes: object) -> None:
    """Show the page the job as it would be with the changes."""
    told = job | changes
    admin.page.route(f"**/api/v1/jobs/{job['job_id']}", lambda route: route.fulfill(json=told))


def login(admin: Admin, _: Scene) -> None:
    admin.page.context.clear_cookies()
    admin.go("/login")


def configuration(admin: Admin, _: Scene) -> None:
    admin.go("/configuration")


def upload(admin: Admin, _: Scene) -> None:
    admin.open_upload()


def arrived(admin: Admin, scene: Scene) -> None:
    admin.upload(scene.file)


def progress(admin: Admin, scene: Scene) -> None:
    members = {"rows": 12000, "processed": 7000, "created": 7000, "not_processed": None, "finished_at": None}
    _shown(admin, scene.job, state="provisioning", **members)
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.pop_up.get_by_text("7,000 of 12,000 rows done").wait_for()


def created(admin: Admin, scene: Scene) -> None:
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.sees("500 Seats created")


def failed_rows(admin: Admin, scene: Scene) -> None:
    lines = (41, 87, 133, 290)
    reasons = [f"The extension {1000 + line} was taken while the file was processed." for line in lines]
    outcomes = [{"line": line, "type": "failed", "reason": reason} for line, reason in zip(lines, reasons, strict=True)]
    _shown(admin, scene.job, state="completed_with_errors", created=496, failed=4)
    admin.page.route("**/outcomes?*", lambda route: route.fulfill(json={"outcomes": outcomes, "next_cursor": None}))
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.pop_up.get_by_role("row").nth(4).wait_for()


def rejected(admin: Admin, scene: Scene) -> None:
    admin.go(f"/configuration?job={scene.rejected['job_id']}")
    admin.pop_up.get_by_role("row").nth(1).wait_for()


def backend_error(admin: Admin, scene: Scene) -> None:
    told = "The place where Seats are made could not be reached. 250 Seats were created before that."
    _shown(admin, scene.job, state="failed", created=250, processed=250, not_processed=250, message=told)
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.sees("Something went wrong on our side")


def event_logs(admin: Admin, _: Scene) -> None:
    admin.go("/event-logs")


def job(admin: Admin, scene: Scene) -> None:
    admin.go(f"/event-logs/{scene.job['job_id']}")


def job_rejected(admin: Admin, scene: Scene) -> None:
    admin.go(f"/event-logs/{scene.rejected['job_id']}")


def template_reference(admin: Admin, _: Scene) -> None:
    admin.go("/template-reference")


PICTURES: tuple[Callable[[Admin, Scene], None], ...] = (
    login,
    configuration,
    upload,
    arrived,
    progress,
    created,
    failed_rows,
    rejected,
    backend_error,
    event_logs,
    job,
    job_rejected,
    template_reference,
)


def take(browser: Browser, stack: running.Stack, scene: Scene, state: StorageState, look: Look) -> Iterator[Path]:
    """Take every picture in one look."""
    for picture in PICTURES:
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
        path = IMAGES / f"{picture.__name__.replace('_', '-')}{look.suffix}.png"
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


def main() -> int:
    """Make all pictures; 1 where there is no browser."""
    program = chromium.program()
    if program is None:
        sys.stderr.write(f"No browser: install one of {', '.join(chromium.NAMES)}.\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with system() as stack, chromium.started(program) as browser, tempfile.TemporaryDirectory() as folder:
        scene = prepare(Api(stack), Path(folder))
        context = browser.new_context()
        admin = Admin(context.new_page(), stack)
        admin.go("/login")
        admin.sign_in()
        admin.page.wait_for_url("**/configuration")
        for look in LOOKS:
            for path in take(browser, stack, scene, context.storage_state(), look):
                sys.stdout.write(f"{path.relative_to(IMAGES.parents[1])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
