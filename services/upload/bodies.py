"""What `POST /jobs` may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from contracts.messages.fields import HEADER_CELL, KINDS
from contracts.template import latest, version, versions
from services.upload import jobs
from services.upload.columns import MAX_CELL
from web.refusals import Refusal

#: The column that names a Seat. New Seats have none yet, so it can't be chosen for them.
_KEY: Final = "user_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBody:
    """The request for a job. None: not said. ``fingerprint`` tells it from another one with the same key."""

    upload_id: UUID
    dry_run: bool
    kind: str | None
    columns: Mapping[str, str | None]
    template_version: int | None
    retry_of: UUID | None
    undo_of: UUID | None
    fingerprint: str


class _Schema(Schema):
    """Unknown fields are refused. `options` has its name, but nothing to choose yet.

    `made_from`: where the upload was made for this request alone, what it was made from. It then counts in place of the
    `upload_id` when a request is compared with an earlier one of the same key.
    """

    class Meta:
        unknown = RAISE

    upload_id = fields.UUID(required=True)
    dry_run = fields.Boolean(load_default=False)
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    columns = fields.Dict(
        keys=fields.String(validate=[validate.Length(min=1, max=MAX_CELL), HEADER_CELL]),
        values=fields.String(allow_none=True),
        load_default=dict,
        validate=validate.Length(max=1_000),
    )
    template_version = fields.Integer(strict=True, load_default=None, allow_none=True)
    retry_of = fields.UUID(load_default=None, allow_none=True)
    undo_of = fields.UUID(load_default=None, allow_none=True)
    made_from = fields.String(load_default=None, validate=validate.Length(min=1, max=255))
    options = fields.Dict(
        load_default=dict, validate=validate.Length(max=0, error="There are no options to choose yet: leave it empty.")
    )

    @validates_schema
    def check_together(self, data: dict[str, Any], **_: Any) -> None:
        """What fits alone but not together."""
        asked = data["template_version"]
        if asked is not None and asked not in versions():
            raise ValidationError(f"There is no version {asked} of the template.", "template_version")
        if data["retry_of"] and data["undo_of"]:
            raise ValidationError("A job is either a retry or an undo.", "undo_of")
        known = {column.name for column in (version(asked) if asked else latest()).columns}
        known |= {_KEY} if data["kind"] in ("update", "delete") else set()
        strange = sorted({name for name in data["columns"].values() if name is not None} - known)
        if strange:
            raise ValidationError(f"The template has no column {', '.join(strange)}.", "columns")


_SCHEMA: Final = _Schema()


def job_body(body: Mapping[str, Any]) -> JobBody:
    """Read the body of a request. Raises a 400 `Refusal` that names every wrong field."""
    try:
        given = _SCHEMA.load(body)
    except ValidationError as error:
        raise invalid(_flat(error.messages_dict)) from None
    made_from = given.pop("made_from")
    del given["options"]
    return JobBody(**given, fingerprint=_fingerprint(given, made_from=made_from))


def invalid(errors: Mapping[str, list[str]]) -> Refusal:
    """A body with wrong fields."""
    words = " ".join(f"«{name}»: {' '.join(found)}" for name, found in sorted(errors.items()))
    return Refusal(400, "invalid_body", f"The request body is not right. {words}", errors=dict(errors))


def _fingerprint(given: Mapping[str, Any], *, made_from: str | None) -> str:
    """What is not asked for does not count, so that requests of before there was anything to ask for stay the same."""
    asked: dict[str, object] = {"template_version": given["template_version"]}
    if made_from is not None:
        asked["made_from"] = made_from
    elif given["retry_of"] is None and given["undo_of"] is None:
        asked["upload_id"] = str(given["upload_id"])
    for name in ("retry_of", "undo_of"):
        asked |= {name: str(given[name])} if given[name] else {}
    asked |= {"kind": given["kind"]} if given["kind"] not in (None, "create") else {}
    asked |= {"dry_run": True} if given["dry_run"] else {}
    asked |= {"columns": given["columns"]} if given["columns"] else {}
    return jobs.fingerprint(asked)


def _flat(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    """Errors inside a mapping have keys of their own, which are the caller's: its field is told."""
    return {
        str(name): found if isinstance(found, list) else ["Header cells go to the name of a column, or to null."]
        for name, found in errors.items()
    }
