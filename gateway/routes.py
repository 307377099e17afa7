"""The API as a table: what is passed on to which service. Views and description are both made from it."""

from dataclasses import dataclass
from typing import Final, Literal

from marshmallow import Schema

from gateway import schemas

Service = Literal["gateway", "upload", "eventlog", "provisioner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call of the API. ``path`` is the same under `/api/v1` and at the service; its `{…_id}` are UUIDs.

    ``query`` and ``headers`` are passed on, others are not. ``what`` is what a 404 says there is none of.
    ``download`` is the file name of a CSV answer. ``early`` is the JSON answer about a job that upload has taken on but
    the event log has not heard of yet.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    service: Service
    summary: str
    what: str = "page"
    query: tuple[str, ...] = ()
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
    summary="Upload a CSV file: the raw body with `?filename=`, or multipart with the field `file`",
    query=("filename",),
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
        summary="Create the Seats of an upload; the same `Idempotency-Key` gives the same job",
        headers=("Idempotency-Key",),
        body=schemas.JobRequest,
        answer=schemas.JobAnswer,
        status=202,
    ),
    Route(
        method="GET",
        path="/jobs",
        service="eventlog",
        summary="The account's jobs, newest first",
        query=("state", "q", "cursor", "limit"),
        answer=schemas.Jobs,
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/problems",
        service="eventlog",
        what="job",
        summary="What is wrong with the file of a rejected job",
        query=("cursor", "limit"),
        answer=schemas.Problems,
        early='{"problems":[],"problem_count":0,"problems_by_code":{},"next_cursor":null}',
    ),
    Route(
        method="GET",
        path="/jobs/{job_id}/problems.csv",
        service="eventlog",
        what="job",
        summary="The problems as a CSV file",
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
        path="/seats",
        service="provisioner",
        summary="The account's Seats",
        query=("q", "cursor", "limit"),
        answer=schemas.Seats,
    ),
)

ROUTES: Final = (ISSUE_TOKEN, RECEIVE_UPLOAD, SHOW_JOB, CANCEL_JOB, *PLAIN)
