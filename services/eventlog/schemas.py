"""Shapes of query arguments and answers."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from contracts.messages.fields import Time
from services.eventlog.cursors import NEWEST, BadCursor, JobPosition, number_of
from services.eventlog.job import State
from web.refusals import Refusal

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500


class JobCursor(fields.Field[JobPosition]):
    """A cursor of the list of jobs."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> JobPosition:
        try:
            return JobPosition.of(str(value))
        except BadCursor:
            raise ValidationError("This is not a cursor of the list of jobs.") from None


class NumberCursor(fields.Field[int]):
    """A cursor of the list named ``kind``, which is in the order of a number."""

    def __init__(self, kind: str) -> None:
        super().__init__(load_default=0)
        self._kind = kind

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            return number_of(self._kind, str(value))
        except BadCursor:
            raise ValidationError(f"This is not a cursor of the list of {self._kind}.") from None


class PageQuery(Schema):
    """Arguments of every list. Unknown ones are ignored."""

    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT))


class JobsQuery(PageQuery):
    """Arguments of `GET /jobs`."""

    state = fields.String(load_default=None, validate=validate.OneOf([state.value for state in State]))
    q = fields.String(load_default="", validate=[validate.Length(max=200), validate.ContainsNoneOf("\0")])
    cursor = JobCursor(load_default=NEWEST)


class ProblemsQuery(PageQuery):
    """Arguments of `GET /jobs/{id}/problems`."""

    cursor = NumberCursor("problems")


class OutcomesQuery(PageQuery):
    """Arguments of `GET /jobs/{id}/outcomes`."""

    type = fields.String(load_default=None, validate=validate.OneOf(["successful", "failed"]))
    cursor = NumberCursor("outcomes")


class JobAnswer(Schema):
    """A job as everyone sees it. `problems` is their number, `not_processed` is null until the job has ended."""

    job_id = fields.UUID()
    state = fields.String()
    filename = fields.String()
    submitted_by = fields.String()
    submitted_at = Time()
    finished_at = Time()
    template_version = fields.Integer()
    rows = fields.Integer()
    processed = fields.Integer()
    created = fields.Integer()
    failed = fields.Integer()
    not_processed = fields.Integer()
    problems = fields.Integer(attribute="problem_count")
    message = fields.String()


class ProblemAnswer(Schema):
    """One problem of a rejected file."""

    line = fields.Integer()
    column = fields.String()
    code = fields.String()
    message = fields.String()
    value = fields.String()


class EntryAnswer(Schema):
    """One line of the timeline."""

    type = fields.String()
    occurred_at = Time()
    text = fields.String()


class OutcomeAnswer(Schema):
    """What became of one row."""

    line = fields.Integer()
    user_id = fields.UUID()
    created_at = Time()
    type = fields.String()
    reason = fields.String(attribute="message")


JOB: Final = JobAnswer()
PROBLEM: Final = ProblemAnswer()
ENTRY: Final = EntryAnswer()
OUTCOME: Final = OutcomeAnswer()
JOBS_QUERY: Final = JobsQuery()
PROBLEMS_QUERY: Final = ProblemsQuery()
OUTCOMES_QUERY: Final = OutcomesQuery()


def arguments(schema: Schema, given: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of a request; an empty one counts as not given. Refuses wrong ones with 400."""
    try:
        loaded: dict[str, Any] = schema.load({name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        errors = error.messages_dict
        code = "bad_cursor" if "cursor" in errors else "bad_query"
        detail = " ".join(f"{name}: {' '.join(map(str, told))}" for name, told in errors.items())
        raise Refusal(400, code, detail) from None
    return loaded
