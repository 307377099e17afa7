"""The provisioner over HTTP: conflicts, verdicts and Seats, for the other services."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify, request

import web.app
from database.connection import UNAVAILABLE
from services.provisioner import cursors
from services.provisioner.directory import Conflict, SeatDirectory, UniqueColumn
from services.provisioner.listing import START, Position, Seat
from services.provisioner.schemas import ConflictsRequest, SeatsQuery, VerdictRequest, load
from services.provisioner.verdicts import Verdicts
from web.access import AccessKey, current, require, require_role
from web.refusals import Refusal


def create_app(
    directory: SeatDirectory, verdicts: Verdicts, *, access_key: AccessKey, ready: Callable[[], Mapping[str, bool]]
) -> Flask:
    """The Flask application. ``ready`` tells by name what the service needs and whether it is there."""
    app = web.app.create_app("provisioner", ready=ready, away=UNAVAILABLE)
    require(app, access_key)

    @app.post("/conflicts")
    def conflicts() -> Response:
        require_role("service")
        asked = load(ConflictsRequest(), web.app.json_body())
        values = {column: asked[column] for column in UniqueColumn}
        found = directory.conflicts(current().account, asked["job_id"], values)
        return jsonify({"conflicts": [_conflict_json(conflict) for conflict in found]})

    @app.put("/verdicts/<uuid:job_id>")
    def decide(job_id: UUID) -> Response:
        require_role("service")
        asked = load(VerdictRequest(), web.app.json_body())
        return jsonify({"verdict": verdicts.decide(current().account, job_id, asked["verdict"])})

    @app.get("/seats")
    def seats() -> Response:
        query = load(SeatsQuery(), request.args.to_dict())
        page = directory.search(current().account, query["q"], after=_after(query["cursor"]), limit=query["limit"])
        next_cursor = cursors.encode(page.next) if page.next else None
        return jsonify({"seats": [_seat_json(seat) for seat in page.seats], "next_cursor": next_cursor})

    return app


def _after(cursor: str) -> Position:
    if not cursor:
        return START
    try:
        return cursors.decode(cursor)
    except cursors.BadCursor:
        raise Refusal(400, "bad_cursor", "This is not a cursor of ours. Begin again without one.") from None


def _conflict_json(conflict: Conflict) -> dict[str, Any]:
    return {"column": conflict.column, "value": conflict.value, "user_id": conflict.user_id}


def _seat_json(seat: Seat) -> dict[str, Any]:
    """A Seat as the API tells it: nothing secret is in a `Seat`."""
    return {
        "user_id": seat.user_id,
        "created_at": seat.created_at,
        "job_id": seat.job_id,
        "line": seat.line,
        "firstname": seat.firstname,
        "lastname": seat.lastname,
        "email": seat.email,
        "extension": seat.extension,
        "phone_number": seat.phone_number,
        "device_mac": seat.device_mac,
        "attributes": dict(seat.attributes),
    }
