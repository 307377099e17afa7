"""What `POST /jobs` may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from contracts.template import latest, versions
from services.upload import jobs
from web.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBody:
    """The request to create the Seats of an upload, by the rules of one version of the template."""

    upload_id: UUID
    template_version: int
    fingerprint: str


class _Schema(Schema):
    """Unknown fields are refused. `options` and `dry_run` have their names, but nothing to choose yet."""

    class Meta:
        unknown = RAISE

    upload_id = fields.UUID(required=True)
    template_version = fields.Integer(strict=True, load_default=None, allow_none=True)
    options = fields.Dict(
        load_default=dict, validate=validate.Length(max=0, error="There are no options to choose yet: leave it empty.")
    )
    dry_run = fields.Boolean(
        load_default=False, validate=validate.Equal(False, error="A dry run is not possible yet: leave it out.")
    )


_SCHEMA: Final = _Schema()


def job_body(body: Mapping[str, Any]) -> JobBody:
    """Read the body of a request. Raises a 400 `Refusal` that names every wrong field."""
    try:
        given = _SCHEMA.load(body)
    except ValidationError as error:
        raise _invalid(error.messages_dict) from None
    asked = given["template_version"]
    if asked is not None and asked not in versions():
        raise _invalid({"template_version": [f"There is no version {asked} of the template."]})
    return JobBody(
        upload_id=given["upload_id"],
        template_version=asked or latest().version,
        fingerprint=jobs.fingerprint({"upload_id": str(given["upload_id"]), "template_version": asked}),
    )


def _invalid(errors: Mapping[str, list[str]]) -> Refusal:
    words = " ".join(f"«{name}»: {' '.join(found)}" for name, found in sorted(errors.items()))
    return Refusal(400, "invalid_body", f"The request body is not right. {words}", errors=dict(errors))
