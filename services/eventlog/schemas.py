"""Shapes of query arguments and answers."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from contracts.messages.fields import KINDS, Time
from services.eventlog.cursors import BadCursor, JobPosition, number_of
from services.eventlog.job import State
from services.eventlog.listing import NEWEST, SORTS, Wanted
from web.refusals import Refusal

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500

_WORDS: Final = [validate.Length(max=255), validate.ContainsNoneOf("\0", error="A NUL character is in no name.")]
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{8}")


class States(fields.Field[tuple[str, ...]]):
    """One state, or several with commas between them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        states = tuple(str(value).split(","))
        if not {*states} <= {state.value for state in State}:
            raise ValidationError(f"States are {', '.join(state.value for state in State)}.")
        return states


class Moment(fields.Field[datetime]):
    """A day or a time in ISO 8601, in UTC unless it says otherwise: when it begins or, with ``ends``, has passed."""

    def __init__(self, *, ends: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ends = ends

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        text = str(value).replace(" ", "+")  # a plus in a query that nobody has encoded
        try:
            is_day = _DAY.fullmatch(text) is not None
            moment = datetime.fromisoformat(text)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
            return moment + (timedelta(days=1) if is_day else timedelta(microseconds=1)) if self._ends else moment
        except (ValueError, OverflowError):
            raise ValidationError("Write a day as 2026-11-22, or a time as 2026-11-22T09:30:00Z.") from None


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

    state = States(load_default=())
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    q = fields.String(load_default="", validate=_WORDS)
    who = fields.String(load_default=None, validate=_WORDS)
    since = Moment(load_default=None, data_key="from")
    until = Moment(load_default=None, data_key="to", ends=True)
    sha256 = fields.String(load_default=None, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))
    dry_run = fields.Boolean(load_default=False)
    sort = fields.String(load_default=NEWEST, validate=validate.OneOf([*SORTS]))
    cursor = fields.String(load_default=None)


class ProblemsQuery(PageQuery):
    """Arguments of `GET /jobs/{id}/problems`."""

    code = fields.String(load_default=None, validate=_WORDS)
    cursor = NumberCursor("problems")


class ProblemsCsvQuery(Schema):
    """Arguments of `GET /jobs/{id}/problems.csv`."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(load_default=None, validate=_WORDS)


class ChangesQuery(PageQuery):
    """Arguments of `GET /jobs/{id}/changes`."""

    cursor = NumberCursor("changes")


class OutcomesQuery(PageQuery):
    """Arguments of `GET /jobs/{id}/outcomes`."""

    type = fields.String(load_default=None, validate=validate.OneOf(["successful", "failed"]))
    cursor = NumberCursor("outcomes")


class JobAnswer(Schema):
    """A job as everyone sees it. `problems` is their number, `not_processed` is null until the job has ended.

    `created + updated + deleted + failed + not_processed = rows` when it has.
    """

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
    kind = fields.String()
    dry_run = fields.Boolean()
    columns = fields.Dict()
    retry_of = fields.UUID()
    undo_of = fields.UUID()
    updated = fields.Integer()
    deleted = fields.Integer()
    size = fields.Integer()
    sha256 = fields.String()
    started_at = Time()
    accepted_at = Time()
    rows_checked = fields.Integer()
    bytes_checked = fields.Integer()
    change_count = fields.Integer()
    changed_rows = fields.Integer()
    message = fields.String()


class ChildAnswer(Schema):
    """A job that was made of another one: `retry` of its failed rows, or `undo`."""

    job_id = fields.UUID()
    relation = fields.String()
    state = fields.String()


class ChangeAnswer(Schema):
    """What an update would make of one value."""

    line = fields.Integer()
    user_id = fields.UUID()
    column = fields.String()
    before = fields.String()
    after = fields.String()


class ProblemAnswer(Schema):
    """One problem of a rejected file."""

    line = fields.Integer()
    column = fields.String()
    code = fields.String()
    message = fields.String()
    value = fields.String()
    suggestion = fields.String()


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
    code = fields.String()
    reason = fields.String(attribute="message")


JOB: Final = JobAnswer()
PROBLEM: Final = ProblemAnswer()
CHILD: Final = ChildAnswer()
CHANGE: Final = ChangeAnswer()
ENTRY: Final = EntryAnswer()
OUTCOME: Final = OutcomeAnswer()
JOBS_QUERY: Final = JobsQuery()
PROBLEMS_QUERY: Final = ProblemsQuery()
PROBLEMS_CSV_QUERY: Final = ProblemsCsvQuery()
CHANGES_QUERY: Final = ChangesQuery()
OUTCOMES_QUERY: Final = OutcomesQuery()


def jobs_wanted(asked: Mapping[str, Any]) -> Wanted:
    """Which jobs the arguments of `GET /jobs` ask for."""
    return Wanted(
        states=asked["state"],
        kind=asked["kind"],
        q=asked["q"].strip(),
        who=asked["who"],
        since=asked["since"],
        until=asked["until"],
        sha256=asked["sha256"],
        dry_runs=asked["dry_run"],
    )


def job_position(asked: Mapping[str, Any]) -> JobPosition | None:
    """From where on they ask for them. Refuses a cursor of another list or order with 400."""
    if asked["cursor"] is None:
        return None
    try:
        return JobPosition.of(asked["cursor"], sort=asked["sort"], key=SORTS[asked["sort"]].of)
    except BadCursor:
        detail = "cursor: This is not a cursor of the list of jobs in this order."
        raise Refusal(400, "bad_cursor", detail) from None


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
