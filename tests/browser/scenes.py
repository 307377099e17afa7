"""Every page and every state of it that somebody can come to see: for the screenshots, and for axe-core.

A scene brings a page there. States that a healthy system hardly ever shows (rows that failed, an error of the back end)
are shown to the page by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from playwright.sync_api import expect

from deploy import sample
from tests.browser import seats
from tests.browser.admin import JOB_MS, Admin, fresh
from tests.e2e import rows
from tests.e2e.api import Api

MOST = 700  # people in the sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the pictures need: jobs that have ended, a family of Seats, and files to upload."""

    job: dict[str, Any]
    rejected: dict[str, Any]
    undone: dict[str, Any]
    family: list[dict[str, Any]]
    file: Path
    wrong: Path
    other_names: Path
    workbook: Path
    again: Path
    changes: Path


def people(count: int) -> list[dict[str, str]]:
    """Good rows of invented people."""
    columns = sample.words()["columns"]
    named = [dict(zip(columns, cells, strict=True)) for cells in sample.rows(min(count, MOST))]
    chosen = (named[(at + 1) % len(named)] for at in range(count))
    return [_row(one["firstname"], one["lastname"], one["email"]) for one in chosen]


def _row(first: str, last: str, email: str) -> dict[str, str]:
    row = rows.row(firstname=first, lastname=last)
    name, _, domain = email.partition("@")
    return row | {"email": f"{name}.{row['extension'][-4:]}@{domain}"}


def with_mistakes() -> list[dict[str, str]]:
    """Forty rows as they come from a spreadsheet."""
    wrong = people(40)
    wrong[2] |= {"email": "amelie.okonkwo"}
    wrong[6] |= {"phone_number": "4.41E+11"}
    wrong[11] |= {"extension": wrong[3]["extension"]}
    wrong[14] |= {"voicemail_pin": "12"}
    wrong[17] |= {"phone_number": "14155550100"}
    wrong[20] |= {"seat_type": "standart"}
    wrong[31] |= {"lastname": ""}
    return wrong


def prepare(api: Api, folder: Path) -> Scene:
    """Do the jobs that the pictures show, and write the files."""

    def file(name: str, content: bytes) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    api.run(rows.document(people(MOST)), "north-america.csv")
    rejected = api.run(rows.document(with_mistakes()), "europe.csv")
    family = _settled(api, people(3), "reception.csv")
    again = file(fresh("branch office"), rows.document(people(12)))
    api.run(again.read_bytes(), "branch-office.csv")
    other = rows.HEADER.replace("firstname", "Given name").replace("phone_number", "Direct line")
    moved = [f"{family[0]['user_id']},Reception,", f"{family[1]['user_id']},Sales,[clear]"]
    return Scene(
        job=api.run(rows.document(people(500)), "head-office.csv"),
        rejected=rejected,
        undone=_undone(api),
        family=family,
        file=file("new-people.csv", rows.document(people(500))),
        wrong=file("from-hr.csv", rows.document(with_mistakes())),
        other_names=file("old-system.csv", f"{other},Shoe size\r\n".encode() + _cells(people(8), ",42")),
        workbook=_workbook(folder / "people.xlsx"),
        again=again,
        changes=file("moves.csv", "\n".join(["user_id,department,phone_number", *moved]).encode()),
    )


def _undone(api: Api) -> dict[str, Any]:
    """A job that was undone, after somebody had changed one of its Seats."""
    first, *_ = _settled(api, people(4), "trial.csv")
    seats.change(api, f"user_id,department\n{first['user_id']},Support\n")
    path = f"/jobs/{first['job_id']}/undo"
    answer = api.call("POST", path, headers={"Idempotency-Key": first["job_id"]})
    assert answer.status == 202, answer.body
    return api.wait(answer.json["job_id"])


def _settled(api: Api, content: list[dict[str, str]], filename: str) -> list[dict[str, Any]]:
    """Make Seats of rows, and give them in the order of their lines."""
    assert api.run(rows.document(content), filename)["created"] == len(content)
    return [api.get(f"/seats?q={row['email']}").json["seats"][0] for row in content]


def _cells(content: list[dict[str, str]], more: str) -> bytes:
    return "".join(f"{line}{more}\r\n" for line in rows.document(content).decode().splitlines()[1:]).encode()


def _workbook(path: Path) -> Path:
    book = Workbook()
    notes, sheet = book.active, book.create_sheet("People")
    assert notes is not None
    notes.title = "Notes"
    notes.append(["Last changed on Monday"])
    for line in rows.document(people(20)).decode().splitlines():
        sheet.append(line.split(","))
    book.save(path)
    return path


def _shown(admin: Admin, job: dict[str, Any], **changes: object) -> None:
    """Show the page the job as it would be with the changes."""
    told = job | changes
    admin.page.route(f"**/api/v1/jobs/{job['job_id']}", lambda route: route.fulfill(json=told))


def login(admin: Admin, _: Scene) -> None:
    admin.page.context.clear_cookies()
    admin.go("/login")


def login_refused(admin: Admin, _: Scene) -> None:
    admin.page.context.clear_cookies()
    admin.go("/login")
    admin.page.get_by_label("User name").fill("ada")
    admin.page.get_by_label("Password").fill("not this one")
    admin.page.get_by_role("button", name="Sign in").click()
    admin.page.get_by_role("alert").wait_for()


def configuration(admin: Admin, _: Scene) -> None:
    admin.go("/configuration")


def configuration_in_french(admin: Admin, _: Scene) -> None:
    admin.go("/configuration")
    admin.page.get_by_role("button", name="Français").click()
    expect(admin.page.locator("html")).to_have_attribute("lang", "fr")


def upload(admin: Admin, _: Scene) -> None:
    admin.open_upload()


def paste(admin: Admin, scene: Scene) -> None:
    admin.open_upload()
    admin.pop_up.get_by_role("button", name="Paste rows instead").click()
    lines = scene.file.read_text("utf-8").splitlines()[:4]
    admin.pop_up.get_by_label("Rows from your spreadsheet").fill("\n".join(lines).replace(",", "\t"))
    admin.pop_up.get_by_role("region", name="Preview of the rows").wait_for()


def columns(admin: Admin, scene: Scene) -> None:
    admin.send(scene.other_names)
    admin.sees("Which column is which?")


def sheets(admin: Admin, scene: Scene) -> None:
    admin.send(scene.workbook)
    admin.pop_up.get_by_label("Sheet of the workbook").select_option("People", timeout=JOB_MS)
    admin.sees("20 Seats ready")


def arrived(admin: Admin, scene: Scene) -> None:
    admin.upload(scene.file)


def problems(admin: Admin, scene: Scene) -> None:
    admin.send(scene.wrong)
    admin.sees("problems to correct")
    admin.pop_up.get_by_role("row").nth(1).wait_for()


def same_file(admin: Admin, scene: Scene) -> None:
    admin.send(scene.again)
    admin.pop_up.get_by_text("This very file was uploaded before.").wait_for(timeout=JOB_MS)
    admin.sees("48 problems to correct")


def progress(admin: Admin, scene: Scene) -> None:
    members = {"rows": 12000, "processed": 7000, "created": 7000, "not_processed": None, "finished_at": None}
    _shown(admin, scene.job, state="provisioning", **members)
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.pop_up.get_by_text("7,000 of 12,000 rows done").wait_for()


def created(admin: Admin, scene: Scene) -> None:
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.sees("500 Seats created")


def failed_rows(admin: Admin, scene: Scene) -> None:
    _with_failed_rows(admin, scene)
    admin.go(f"/configuration?job={scene.job['job_id']}")
    admin.pop_up.get_by_role("row").nth(4).wait_for()


def _with_failed_rows(admin: Admin, scene: Scene) -> None:
    lines = (41, 87, 133, 290)
    reasons = [f"The extension {1000 + line} was taken while the file was processed." for line in lines]
    members = {"type": "failed", "user_id": None, "created_at": None, "code": "extension_taken"}
    outcomes = [members | {"line": line, "reason": reason} for line, reason in zip(lines, reasons, strict=True)]
    _shown(admin, scene.job, state="completed_with_errors", created=496, failed=4)
    admin.page.route("**/outcomes?*", lambda route: route.fulfill(json={"outcomes": outcomes, "next_cursor": None}))


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
    admin.main.get_by_role("row").nth(1).wait_for()


def event_logs_empty(admin: Admin, _: Scene) -> None:
    admin.go("/event-logs?q=nothing-is-called-so")
    admin.main.get_by_role("heading", name="No job fits").wait_for()


def job(admin: Admin, scene: Scene) -> None:
    admin.go(f"/event-logs/{scene.job['job_id']}")


def job_with_failed_rows(admin: Admin, scene: Scene) -> None:
    _with_failed_rows(admin, scene)
    admin.go(f"/event-logs/{scene.job['job_id']}")
    admin.main.get_by_role("button", name="Try 4 rows again").wait_for()


def job_rejected(admin: Admin, scene: Scene) -> None:
    admin.go(f"/event-logs/{scene.rejected['job_id']}")


def job_cancelled(admin: Admin, scene: Scene) -> None:
    told = "admin cancelled the job. 250 Seats were created before that. 250 rows were not processed."
    _shown(admin, scene.job, state="cancelled", created=250, processed=250, not_processed=250, message=told)
    admin.go(f"/event-logs/{scene.job['job_id']}")


def undo(admin: Admin, scene: Scene) -> None:
    admin.go(f"/event-logs/{scene.job['job_id']}")
    admin.main.get_by_role("button", name="Undo this job").click()
    admin.page.get_by_role("alertdialog").wait_for()


def undone(admin: Admin, scene: Scene) -> None:
    admin.go(f"/event-logs/{scene.undone['job_id']}")
    admin.main.get_by_role("heading", name="3 Seats undone").wait_for()


def seats_page(admin: Admin, _: Scene) -> None:
    admin.go("/seats")
    admin.main.get_by_role("row").nth(1).wait_for()


def seats_chosen(admin: Admin, _: Scene) -> None:
    admin.go("/seats")
    for nth in (1, 2, 3):
        admin.main.get_by_role("row").nth(nth).get_by_role("checkbox").check()


def seats_delete(admin: Admin, scene: Scene) -> None:
    seats_chosen(admin, scene)
    admin.main.get_by_role("button", name="Delete").click()
    admin.page.get_by_role("alertdialog").wait_for()


def seat(admin: Admin, scene: Scene) -> None:
    admin.go(f"/seats/{scene.family[0]['user_id']}")
    admin.main.get_by_role("region", name="Values").wait_for()


def seat_gone(admin: Admin, scene: Scene) -> None:
    admin.go(f"/seats/{scene.job['job_id']}")
    admin.main.get_by_role("heading", name="There is no such Seat").wait_for()


def bulk_update(admin: Admin, scene: Scene) -> None:
    admin.go("/seats")
    admin.main.get_by_role("button", name="Bulk update").click()
    admin.choose(scene.changes)
    admin.sees("2 Seats will change")
    admin.pop_up.get_by_role("row").nth(3).wait_for()


def template_reference(admin: Admin, _: Scene) -> None:
    admin.go("/template-reference")


def not_found(admin: Admin, _: Scene) -> None:
    admin.go("/no-such-page")


ALL: tuple[Callable[[Admin, Scene], None], ...] = (
    login,
    login_refused,
    configuration,
    configuration_in_french,
    upload,
    paste,
    columns,
    sheets,
    arrived,
    problems,
    same_file,
    progress,
    created,
    failed_rows,
    rejected,
    backend_error,
    event_logs,
    event_logs_empty,
    job,
    job_with_failed_rows,
    job_rejected,
    job_cancelled,
    undo,
    undone,
    seats_page,
    seats_chosen,
    seats_delete,
    seat,
    seat_gone,
    bulk_update,
    template_reference,
    not_found,
)


def name_of(scene: Callable[[Admin, Scene], None]) -> str:
    """What its picture is called: `seats_page` is `seats`."""
    return scene.__name__.removesuffix("_page").replace("_", "-")
