"""`problems.found.v1`: validator → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from marshmallow import fields, validate

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time, Tuple
from contracts.messages.job_rejected_v1 import MAX_PROBLEMS, ProblemSchema
from contracts.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemsFoundV1:
    """Problems of a file that is about to be rejected, in file order: those behind the first ``after``.

    The first ones are told by `job.rejected.v1`, which comes last.
    """

    TYPE: ClassVar[str] = "problems.found.v1"
    job_id: UUID
    account: str
    after: int
    problems: tuple[Problem, ...]
    found_at: datetime


class ProblemsFoundV1Schema(MessageSchema[ProblemsFoundV1]):
    """Shape of the JSON body."""

    makes = ProblemsFoundV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    after = fields.Integer(required=True, strict=True, validate=COUNT)
    problems = Tuple(fields.Nested(ProblemSchema()), required=True, validate=validate.Length(max=MAX_PROBLEMS))
    found_at = Time(required=True)


SCHEMA = ProblemsFoundV1Schema()
