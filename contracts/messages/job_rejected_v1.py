"""`job.rejected.v1`: validator → eventlog."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time, Tuple
from contracts.problems import Problem

#: Problems that travel in the message: the first ones in file order. All are counted.
MAX_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRejectedV1:
    """The file has problems, so no Seat of it is made.

    ``rows`` were read (fewer than the file has, where it could not be read on). ``problem_count`` and
    ``problems_by_code`` count all problems, ``problems`` has the first 1,000 in file order. Those behind them came
    before, in `problems.found.v1`.
    """

    TYPE: ClassVar[str] = "job.rejected.v1"
    job_id: UUID
    account: str
    rows: int
    problem_count: int
    problems_by_code: Mapping[str, int]
    problems: tuple[Problem, ...]
    rejected_at: datetime


class ProblemSchema(MessageSchema[Problem]):
    """One problem."""

    makes = Problem
    line = fields.Integer(required=True, strict=True, validate=COUNT)
    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    value = fields.String(load_default=None, allow_none=True)
    suggestion = fields.String(load_default=None, allow_none=True)


class JobRejectedV1Schema(MessageSchema[JobRejectedV1]):
    """Shape of the JSON body."""

    makes = JobRejectedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    rows = fields.Integer(required=True, strict=True, validate=COUNT)
    problem_count = fields.Integer(required=True, strict=True, validate=COUNT)
    problems_by_code = fields.Dict(keys=fields.String(), values=fields.Integer(strict=True), required=True)
    problems = Tuple(fields.Nested(ProblemSchema()), required=True)
    rejected_at = Time(required=True)


SCHEMA = JobRejectedV1Schema()
