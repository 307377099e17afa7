"""The API as a table: what is passed on to which service. Views and description are both made from it."""

from dataclasses import dataclass
from typing import Final, Literal

from marshmallow import Schema

from gateway import schemas, seat_schemas

Service = Literal["gateway", "upload", "eventlog", "provisioner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call of the API. ``path`` is the same under `/api/v1` and at the service; its `{…_id}` are UUIDs.

    ``query``, the ``repeated`` parameters (which may come several times) and ``headers`` are passed on, others are not.
    ``what`` is what a 404 says there is none of.
    ``download`` is the file name of a CSV answer. ``early`` is the JSON answer about a job that upload has taken on but
    the event log has not heard of yet.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    service: Service
    summary: str
    what: str = "page"
    query: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    body: type[Schema] | None = None
    answer: type[Schema] | None = None
    status: int = 200
    download: str = ""
    early: str = ""

    @property
    def name(self) -> str:
        """A name of its own: `get_jobs_job_id_events`."""
        words = self.path.replace("/", "_").replace("{", "").replace("}", "").replace(".", "_")
        return self.method.lower() + words


ISSUE_TOKEN: Final = Route(
    method="POST",
    path="/tokens",
    service="gateway",
    summary="Sign in as a program: a token to send as `Authorization: Bearer`",
    body=schemas.TokenRequest,
    answer=schemas.Token,
    status=201,
)

RECEIVE_UPLOAD: Final = Route(
    method="POST",
    path="/uploads",
    service="upload",
    summary="Upload a CSV file or an Excel workbook: as it is with `?filename=`, or multipart with the field `file`",
    query=("filename", "sheet", "kind"),
    answer=schemas.Upload,
    status=201,
)

SHOW_JOB: Final = Route(
    method="GET",
    path="/jobs/{job_id}",
    service="eventlog",
    what="job",
    summary="A job, as far as it has come; ask again with `If-None-Match`",
    answer=schemas.Job,
)

CANCEL_JOB: Final = Route(
    method="POST",
    path="/jobs/{job_id}/cancel",
    service="upload",
    what="job",
    summary="Ask for a job to stop; what it has created stays. 409 `job_ended` with its `state` if it has ended",
    answer=schemas.JobAnswer,
    status=202,
)

RETRY_JOB: Final = Route(
    method="POST",
    path="/jobs/{job_id}/retry",
    service="gateway",
    what="job",
    summary="Try the rows that failed or were not processed again, as a job of their own; 409 `nothing_to_retry`",
    headers=("Idempotency-Key",),
    answer=schemas.JobAnswer,
    status=202,
)

UNDO_JOB: Final = Route(
    method="POST",
    path="/jobs/{job_id}/undo",
    service="gateway",
    what="job",
    summary="Delete the Seats that a job created and nobody has changed since, as a job; 409 `nothing_to_undo`",
    headers=("Idempotency-Key",),
    answer=schemas.JobAnswer,
    status=202,
)

DELETE_SEATS: Final = Route(
    method="POST",
    path="/seats/delete",
    service="gateway",
    summary="Delete Seats, as a job with an outcome for each; 409 `nothing_to_delete`",
    headers=("Idempotency-Key",),
    body=seat_schemas.SeatsToDelete,
    answer=schemas.JobAnswer,
    status=202,
)

#: What is passed on without a second thought.
PLAIN: Final = (
    Route(
        method="GET",
        path="/template",
        service="upload",
        summary="The Seat template: every column and its rule",
        answer=schemas.TemplateDefinition,
    ),
    Route(
        method="GET",
        path="/template.csv",
        service="upload",
        summary="The Seat template as a CSV file to fill in",
        download="seat-template.csv",
    ),
    Route(method="GET", path="/limits", service="upload", summary="What is accepted at most", answer=schemas.Limits),
    Route(
        method="DELETE",
        path="/uploads/{upload_id}",
        service="upload",
        what="upload",
        summary="Delete an upload that no job was made from",
        status=204,
    ),
    Route(
        method="POST",
        path="/jobs",
        service="upload",
        what="upload",
        summary="Create, update or delete the Seats of an upload, or check it; the same key gives the same job",
        headers=("Idempotency-Key",),
        body=schemas.JobRequest,
        answer=schemas.JobAnswer,
        status=202,
    ),
    Route(
        method="GET",
        path="/jobs",
        service="eventlog",
        summary="The account's jobs, newest first unless sorted otherwise; dry runs with `dry_run=true` alone",
        query=(
            *("state", "kind", "q", "who", "from", "to", "sha256", "dry_run"),
            *("sort", "cursor", "limit"),
        ),
        answer=schemas.Jobs,
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/problems",
        service="eventlog",
        what="job",
        summary="What is wrong with the file of a rejected job",
        query=("code", "cursor", "limit"),
        answer=schemas.Problems,
        early='{"problems":[],"problem_count":0,"problems_by_code":{},"next_cursor":null}',
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/problems.csv",
        service="eventlog",
        what="job",
        summary="The problems as a CSV file",
        query=("code",),
        download="problems.csv",
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/events",
        service="eventlog",
        what="job",
        summary="The timeline of a job",
        answer=schemas.Events,
        early='{"events":[]}',
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/outcomes",
        service="eventlog",
        what="job",
        summary="What became of each row",
        query=("type", "cursor", "limit"),
        answer=schemas.Outcomes,
        early='{"outcomes":[],"next_cursor":null}',
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/summary.csv",
        service="eventlog",
        what="job",
        summary="The uploaded file with the outcome of each row",
        download="summary.csv",
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/annotated.csv",
        service="eventlog",
        what="job",
        summary="The uploaded file with a column `problems`, to be mended and uploaded as it is; 409 `not_annotatable`",
        download="problems-marked.csv",
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/failed.csv",
        service="eventlog",
        what="job",
        summary="The rows that failed or were not processed, as a file to be uploaded",
        download="failed.csv",
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/created.csv",
        service="eventlog",
        what="job",
        summary="The Seats that a job created",
        download="created.csv",
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/changes",
        service="eventlog",
        what="job",
        summary="What a checked update would change",
        query=("cursor", "limit"),
        answer=schemas.Changes,
        early='{"changes":[],"next_cursor":null}',
    ),
    Route(
        method="GET",
        path="/seats",
        service="provisioner",
        summary="The account's Seats",
        query=("q", "cursor", "limit"),
        answer=seat_schemas.Seats,
    ),
    Route(
        method="GET",
        path="/seats/count",
        service="provisioner",
        summary="How many Seats there are",
        query=("q",),
        answer=seat_schemas.SeatCount,
    ),
    Route(
        method="GET",
        path="/seats/{user_id}",
        service="provisioner",
        what="Seat",
        summary="A Seat, and which job and line made it",
        answer=seat_schemas.Seat,
    ),
    Route(
        method="GET",
        path="/seats.csv",
        service="provisioner",
        summary="Seats as a CSV file, to be changed and uploaded as an update; all of a search, or those of `user_id`s",
        query=("q",),
        repeated=("user_id",),
        download="seats.csv",
    ),
)

ROUTES: Final = (
    ISSUE_TOKEN,
    RECEIVE_UPLOAD,
    SHOW_JOB,
    CANCEL_JOB,
    RETRY_JOB,
    UNDO_JOB,
    DELETE_SEATS,
    *PLAIN,
)
