"""The provisioner over HTTP: conflicts, verdicts and Seats, for the other services."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify

import web.app
from database.connection import UNAVAILABLE
from services.provisioner.directory import Conflict, SeatDirectory, UniqueColumn
from services.provisioner.schemas import ConflictsRequest, VerdictRequest, load
from services.provisioner.seat_routes import add_seat_routes
from services.provisioner.verdicts import Verdicts
from web.access import AccessKey, current, require, require_role


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

    add_seat_routes(app, directory)
    return app


def _conflict_json(conflict: Conflict) -> dict[str, Any]:
    return {"column": conflict.column, "value": conflict.value, "user_id": conflict.user_id}
