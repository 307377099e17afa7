"""The bodies of the API, from which its description is made. The services behind the gateway check what they get."""

from marshmallow import Schema, fields, validate

#: How a job can have ended.
END_STATES = ("checked", "completed", "completed_with_errors", "rejected", "failed", "cancelled")

#: What a job does with the Seats of its rows.
KINDS = ("create", "update", "delete")

_STATES = ("submitted", "validating", "provisioning", *END_STATES)


class TokenRequest(Schema):
    """A sign-in."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=1024))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1024))


class Token(Schema):
    """An API token, shown this once."""

    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class Column(Schema):
    """A column of the Seat template."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    required = fields.Boolean(required=True)
    rule = fields.String(required=True, metadata={"description": "what a cell may hold, in words"})
    example = fields.String(required=True)
    aliases = fields.List(fields.String(), required=True)


class TemplateDefinition(Schema):
    """The Seat template."""

    version = fields.Integer(required=True)
    columns = fields.List(fields.Nested(Column), required=True)


class Limits(Schema):
    """What is accepted at most."""

    max_upload_bytes = fields.Integer(required=True)
    max_rows = fields.Integer(required=True)
    max_cell_length = fields.Integer(required=True, metadata={"description": "characters"})
    max_workbook_rows = fields.Integer(required=True, metadata={"description": "rows of a sheet of a workbook"})
    max_workbook_bytes = fields.Integer(required=True, metadata={"description": "bytes of a workbook once unpacked"})
    upload_expires_hours = fields.Integer(required=True)


class HeaderCell(Schema):
    """A cell of a file's header, and what it means."""

    position = fields.Integer(required=True, metadata={"description": "from 0"})
    name = fields.String(required=True)
    column = fields.String(required=True, allow_none=True)
    by = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(("name", "alias", "remembered", "suggested", "ignored")),
        metadata={
            "description": "suggested: a proposal, which is in force once a job's `columns` say so; so is memory"
        },
    )


class Header(Schema):
    """A file's header, and which required columns it lacks."""

    columns = fields.List(fields.Nested(HeaderCell), required=True)
    missing = fields.List(fields.String(), required=True)


class Upload(Schema):
    """A file that has been received and stored. A workbook is stored as the CSV of one of its sheets."""

    upload_id = fields.UUID(required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "bytes, as it is stored"})
    sha256 = fields.String(required=True, metadata={"description": "of what is stored"})
    expires_at = fields.AwareDateTime(required=True)
    format = fields.String(required=True, validate=validate.OneOf(("csv", "xlsx")))
    sheets = fields.List(fields.String(), required=True, allow_none=True)
    sheet = fields.String(required=True, allow_none=True)
    header = fields.Nested(Header, required=True, allow_none=True)


class JobRequest(Schema):
    """What is to become of the rows of an upload."""

    upload_id = fields.UUID(required=True)
    dry_run = fields.Boolean(metadata={"description": "check the file alone; the upload stays free"})
    kind = fields.String(validate=validate.OneOf(KINDS), metadata={"description": "create if left out"})
    columns = fields.Dict(
        keys=fields.String(),
        values=fields.String(allow_none=True),
        metadata={"description": "what header cells mean: the name of a column, or null to ignore them"},
    )
    template_version = fields.Integer(metadata={"description": "by whose rules; the newest if left out"})
    retry_of = fields.UUID(metadata={"description": "the job whose failed rows these are"})
    undo_of = fields.UUID(metadata={"description": "the job whose Seats are to be deleted, unless changed since"})


class JobAnswer(Schema):
    """A job that has been taken on."""

    job_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))


class Child(Schema):
    """A job that follows from another."""

    job_id = fields.UUID(required=True)
    relation = fields.String(required=True, validate=validate.OneOf(("retry", "undo")))
    state = fields.String(required=True, validate=validate.OneOf(_STATES))


class Job(Schema):
    """A job, as far as it has come."""

    job_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    filename = fields.String(allow_none=True)
    submitted_by = fields.String(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)
    started_at = fields.AwareDateTime(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)
    template_version = fields.Integer(allow_none=True)
    kind = fields.String(validate=validate.OneOf(KINDS))
    dry_run = fields.Boolean()
    columns = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    retry_of = fields.UUID(allow_none=True)
    undo_of = fields.UUID(allow_none=True)
    children = fields.List(fields.Nested(Child), metadata={"description": "not in lists"})
    size = fields.Integer(allow_none=True, metadata={"description": "bytes"})
    sha256 = fields.String(allow_none=True)
    rows = fields.Integer(allow_none=True, metadata={"description": "rows of the file; unknown until they are counted"})
    rows_checked = fields.Integer(allow_none=True)
    bytes_checked = fields.Integer(allow_none=True)
    processed = fields.Integer(allow_none=True)
    created = fields.Integer(allow_none=True)
    updated = fields.Integer(allow_none=True)
    deleted = fields.Integer(allow_none=True)
    failed = fields.Integer(allow_none=True)
    not_processed = fields.Integer(allow_none=True)
    problems = fields.Integer(allow_none=True, metadata={"description": "how many problems the file has"})
    problems_kept = fields.Integer(
        allow_none=True, metadata={"description": "how many of them are listed; not in lists"}
    )
    change_count = fields.Integer(
        allow_none=True, metadata={"description": "values that a checked update would change"}
    )
    changed_rows = fields.Integer(allow_none=True)
    message = fields.String(allow_none=True)


class Jobs(Schema):
    """A page of jobs, newest first."""

    jobs = fields.List(fields.Nested(Job), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class FileProblem(Schema):
    """One thing wrong with one cell, or with the file."""

    line = fields.Integer(required=True, metadata={"description": "the header is line 1"})
    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    suggestion = fields.String(required=True, allow_none=True, metadata={"description": "what is probably meant"})


class Problems(Schema):
    """A page of the problems of a file, in its order."""

    problems = fields.List(fields.Nested(FileProblem), required=True)
    problem_count = fields.Integer(required=True)
    problems_by_code = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Event(Schema):
    """Something that happened in a job."""

    type = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)


class Events(Schema):
    """The timeline of a job."""

    events = fields.List(fields.Nested(Event), required=True)


class Outcome(Schema):
    """What became of one row."""

    line = fields.Integer(required=True)
    user_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True, allow_none=True)
    type = fields.String(required=True, validate=validate.OneOf(("successful", "failed", "not_processed")))
    code = fields.String(required=True, allow_none=True, metadata={"description": "why it failed, for programs"})
    reason = fields.String(required=True, allow_none=True)


class Outcomes(Schema):
    """A page of outcomes, in the file's order."""

    outcomes = fields.List(fields.Nested(Outcome), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Change(Schema):
    """What an update would make of one value."""

    line = fields.Integer(required=True)
    user_id = fields.UUID(required=True)
    column = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)


class Changes(Schema):
    """A page of the changes that a checked update would make, in the file's order."""

    changes = fields.List(fields.Nested(Change), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Refused(Schema):
    """Problem details (RFC 9457)."""

    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    detail = fields.String(required=True, metadata={"description": "what happened and what to do, for people"})
