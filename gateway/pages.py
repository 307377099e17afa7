"""The admin's pages: shells that the server renders at once; what changes comes from `/api/v1` in the browser."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.problems import ProblemKind
from contracts.template import OUTCOME_COLUMNS, Template
from gateway.languages import mark

#: The states of a job that Event Logs can be narrowed to, in the order of a job's life, and how the pages call them.
STATES = (
    ("submitted", mark("Received")),
    ("validating", mark("Checking")),
    ("provisioning", mark("Running")),
    ("completed", mark("Completed")),
    ("completed_with_errors", mark("Completed with errors")),
    ("rejected", mark("Rejected")),
    ("failed", mark("Failed")),
    ("cancelled", mark("Cancelled")),
    ("checked", mark("Checked")),
)

#: The state of a job that only checked a file: Event Logs leaves such jobs out.
_CHECKED = "checked"

#: What a job does, as Event Logs can be narrowed to it.
KINDS = (("create", mark("Creation")), ("update", mark("Update")), ("delete", mark("Deletion")))

#: The orders of Event Logs. The first is the one that nobody has to ask for.
SORTS = (
    ("-submitted_at", mark("Newest first")),
    ("submitted_at", mark("Oldest first")),
    ("-rows", mark("Most rows first")),
    ("-failed", mark("Most failed rows first")),
    ("filename", mark("By file name")),
)

#: What Event Logs can be asked for in its address.
_JOB_FILTERS = ("q", "state", "kind", "who", "from", "to", "sort")


def blueprint(
    template: Template, problem_kinds: Sequence[ProblemKind], *, guard: Callable[[], ResponseReturnValue | None]
) -> Blueprint:
    """All pages of a signed-in admin, and the style sheets and scripts of all pages under `/assets`.

    ``guard`` is asked before each page and answers None to let the viewer in, or what to show instead (the sign-in
    page). The assets are open to everybody, because the sign-in page needs them. The templates read ``viewer``
    (``.user``, ``.account``) from the application's context.
    """
    pages = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")

    @pages.before_request
    def admit() -> ResponseReturnValue | None:
        return None if request.endpoint == "pages.static" else guard()

    @pages.context_processor
    def known() -> dict[str, object]:
        return {"problem_kinds": problem_kinds, "states": STATES}

    @pages.get("/")
    def start() -> ResponseReturnValue:
        return redirect(url_for("pages.configuration"))

    @pages.get("/configuration")
    def configuration() -> ResponseReturnValue:
        return render_template("configuration.html", tab="configuration")

    @pages.get("/template-reference")
    def template_reference() -> ResponseReturnValue:
        return render_template(
            "template_reference.html", tab="configuration", template=template, outcome_columns=OUTCOME_COLUMNS
        )

    _add_event_logs(pages)
    _add_seats(pages, template)
    return pages


def _add_event_logs(pages: Blueprint) -> None:
    @pages.get("/event-logs")
    def event_logs() -> ResponseReturnValue:
        asked = {name: request.args.get(name, "") for name in _JOB_FILTERS}
        filters = [state for state in STATES if state[0] != _CHECKED]
        return render_template(
            "event_logs.html", tab="event-logs", filters=filters, kinds=KINDS, sorts=SORTS, asked=asked
        )

    @pages.get("/event-logs/<uuid:job_id>")
    def job(job_id: UUID) -> ResponseReturnValue:
        return render_template("job.html", tab="event-logs", job_id=job_id)


def _add_seats(pages: Blueprint, template: Template) -> None:
    @pages.get("/seats")
    def seats() -> ResponseReturnValue:
        q = request.args.get("q", "")
        return render_template("seats.html", tab="seats", q=q, columns=template.columns, upload_kind="update")

    @pages.get("/seats/<uuid:user_id>")
    def seat(user_id: UUID) -> ResponseReturnValue:
        shown = [column for column in template.columns if not column.secret]
        return render_template("seat.html", tab="seats", user_id=user_id, columns=shown)
