"""Seats over HTTP: listed, counted, by their User IDs, and as a CSV."""

from collections.abc import Callable, Generator
from itertools import chain
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify, request

import web.app
from services.provisioner import cursors
from services.provisioner.directory import SeatDirectory
from services.provisioner.export import csv_blocks
from services.provisioner.listing import START, KnownSeat, Position, Seat, Selection
from services.provisioner.schemas import CountQuery, ExportQuery, LookupRequest, SeatsQuery, load
from web.access import current
from web.refusals import Refusal


def add_seat_routes(app: Flask, directory: SeatDirectory) -> None:
    """Let the application answer for the Seats of a directory."""
    _add_lists(app, directory)

    @app.get("/seats/<uuid:user_id>")
    def seat(user_id: UUID) -> Response:
        found = directory.seats(current().account, [user_id])
        if not found:
            raise Refusal(404, "seat_not_found", "There is no Seat with this User ID.")
        return jsonify(_seat_json(found[0].seat))

    @app.post("/seats/lookup")
    def lookup() -> Response:
        asked = load(LookupRequest(), web.app.json_body())
        found = directory.seats(current().account, asked["user_ids"])
        return jsonify({"seats": list(map(_known_json, found))})

    @app.get("/seats.csv")
    def export() -> Response:
        query = load(ExportQuery(), {"q": request.args.get("q", ""), "user_id": request.args.getlist("user_id")})
        which = Selection(text=query["q"], user_ids=query["user_id"] or None)
        return _streamed(csv_blocks(directory.export(current().account, which)))


def _add_lists(app: Flask, directory: SeatDirectory) -> None:
    @app.get("/seats")
    def seats() -> Response:
        query = load(SeatsQuery(), request.args.to_dict())
        page = directory.search(current().account, query["q"], after=_after(query["cursor"]), limit=query["limit"])
        next_cursor = cursors.encode(page.next) if page.next else None
        return jsonify({"seats": list(map(_seat_json, page.seats)), "next_cursor": next_cursor})

    @app.get("/seats/count")
    def count() -> Response:
        query = load(CountQuery(), request.args.to_dict())
        return jsonify({"count": directory.count(current().account, Selection(text=query["q"]))})


def _streamed(blocks: Generator[bytes]) -> Response:
    """A CSV as a download. It is begun first: a database that is away is told as that. It breaks off where it fails."""
    first = next(blocks)
    answer = Response(chain([first], blocks), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="seats.csv"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    close: Callable[[], None] = blocks.close
    answer.call_on_close(close)
    return answer


def _after(cursor: str) -> Position:
    if not cursor:
        return START
    try:
        return cursors.decode(cursor)
    except cursors.BadCursor:
        raise Refusal(400, "bad_cursor", "This is not a cursor of ours. Begin again without one.") from None


def _seat_json(seat: Seat) -> dict[str, Any]:
    """A Seat as the API tells it: nothing secret is in a `Seat`."""
    return {
        "user_id": seat.user_id,
        "created_at": seat.created_at,
        "changed_at": seat.changed_at,
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


def _known_json(known: KnownSeat) -> dict[str, Any]:
    return _seat_json(known.seat) | {"sealed": sorted(known.sealed)}
