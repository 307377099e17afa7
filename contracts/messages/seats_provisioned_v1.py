"""`seats.provisioned.v1`: provisioner → eventlog."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from marshmallow import ValidationError, fields

from contracts.messages.fields import ACCOUNT, COUNT, MessageSchema, Time, utc_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the row at ``line``: a Seat (``user_id``, ``created_at``) or a reason (``code``, ``message``)."""

    line: int
    type: Literal["successful", "failed"]
    user_id: UUID | None = None
    created_at: datetime | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsProvisionedV1:
    """What became of a chunk: one outcome for each of its rows, in their order."""

    TYPE: ClassVar[str] = "seats.provisioned.v1"
    job_id: UUID
    account: str
    chunk: int
    outcomes: tuple[Outcome, ...]
    provisioned_at: datetime


class OutcomesField(fields.Field[tuple[Outcome, ...]]):
    """The outcomes, checked in one pass: there are a thousand in a message."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [outcome_json(outcome) for outcome in value]

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Outcome, ...]:
        if not isinstance(value, list):
            raise ValidationError("Outcomes are a list.")
        try:
            return tuple(outcome_from_json(item) for item in value)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ValidationError("An outcome is an object of line, type, and what belongs to its type.") from None


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as it stands in JSON: without what it does not have."""
    if outcome.type == "successful":
        created_at = utc_text(outcome.created_at) if outcome.created_at else None
        return {"line": outcome.line, "type": "successful", "user_id": str(outcome.user_id), "created_at": created_at}
    return {"line": outcome.line, "type": "failed", "code": outcome.code, "message": outcome.message}


def outcome_from_json(item: dict[str, Any]) -> Outcome:
    """The outcome again. Raises `KeyError`, `TypeError` or `ValueError`."""
    line = item["line"]
    if type(line) is not int or line < 1:
        raise ValueError("a line is a number from 1")
    if item["type"] == "successful":
        created_at = datetime.fromisoformat(item["created_at"])
        return Outcome(line=line, type="successful", user_id=UUID(item["user_id"]), created_at=created_at)
    if item["type"] == "failed":
        return Outcome(line=line, type="failed", code=str(item["code"]), message=str(item["message"]))
    raise ValueError("a type is successful or failed")


class SeatsProvisionedV1Schema(MessageSchema[SeatsProvisionedV1]):
    """Shape of the JSON body."""

    makes = SeatsProvisionedV1
    job_id = fields.UUID(required=True)
    account = fields.String(required=True, validate=ACCOUNT)
    chunk = fields.Integer(required=True, strict=True, validate=COUNT)
    outcomes = OutcomesField(required=True)
    provisioned_at = Time(required=True)


SCHEMA = SeatsProvisionedV1Schema()
