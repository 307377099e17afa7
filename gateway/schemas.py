"""The bodies of the API, from which its description is made. The services behind the gateway check what they get."""

from marshmallow import Schema, fields, validate

#: How a job can have ended.
END_STATES = ("completed", "completed_with_errors", "rejected", "failed", "cancelled")

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
    upload_expires_hours = fields.Integer(required=True)


class Upload(Schema):
    """A file that has been received and stored."""

    upload_id = fields.UUID(required=True)
    filename = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "bytes"})
    sha256 = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class JobRequest(Schema):
    """Which upload's Seats to create."""

    upload_id = fields.UUID(required=True)
    template_version = fields.Integer(metadata={"description": "by whose rules; the newest if left out"})


class JobAnswer(Schema):
    """A job that has been taken on."""

    job_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))


class Job(Schema):
    """A job, as far as it has come."""

    job_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    filename = fields.String(allow_none=True)
    submitted_by = fields.String(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)
    template_version = fields.Integer(allow_none=True)
    rows = fields.Integer(allow_none=True, metadata={"description": "rows of the file; unknown until they are counted"})
    processed = fields.Integer(allow_none=True)
    created = fields.Integer(allow_none=True)
    failed = fields.Integer(allow_none=True)
    not_processed = fields.Integer(allow_none=True)
    problems = fields.Integer(allow_none=True, metadata={"description": "how many problems the file has"})
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
    reason = fields.String(required=True, allow_none=True)


class Outcomes(Schema):
    """A page of outcomes, in the file's order."""

    outcomes = fields.List(fields.Nested(Outcome), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Seats(Schema):
    """A page of the account's Seats."""

    seats = fields.List(fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True)), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Refused(Schema):
    """Problem details (RFC 9457)."""

    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    detail = fields.String(required=True, metadata={"description": "what happened and what to do, for people"})
