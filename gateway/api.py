"""The public API, `/api/v1`: each call is passed on to the service that knows, in the name of whoever asks."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, current_app, request
from marshmallow import ValidationError
from werkzeug.datastructures import Headers

from gateway import derived, incoming, outgoing
from gateway.description import describe
from gateway.identity import current
from gateway.routes import (
    CANCEL_JOB,
    DELETE_SEATS,
    ISSUE_TOKEN,
    PLAIN,
    RECEIVE_UPLOAD,
    RETRY_JOB,
    SHOW_JOB,
    UNDO_JOB,
    Route,
)
from gateway.schemas import END_STATES, TokenRequest
from gateway.services import Services
from gateway.signin import SignIn, wrong
from gateway.tokens import ApiTokens
from web.app import json_body
from web.client import Answer, ServiceClient
from web.refusals import Refusal, not_found

_LIMITS_LAST = 60.0


class UploadLimit:
    """The upload service's limit in bytes, asked once a minute."""

    def __init__(self, upload: ServiceClient) -> None:
        self._upload = upload
        self._known: tuple[float, int] | None = None

    def bytes(self) -> int:
        """How long an upload may be. Raises `ServiceUnavailable`, then no upload could be received anyway."""
        known = self._known
        if known is None or time.monotonic() - known[0] > _LIMITS_LAST:
            limits = self._upload.json("GET", "/limits", principal=current())
            known = self._known = (time.monotonic(), int(limits["max_upload_bytes"]))
        return known[1]


def blueprint(services: Services, *, sign_in: SignIn, tokens: ApiTokens) -> Blueprint:
    """All routes of `routes.ROUTES`, and the description."""
    api = Blueprint("api", __name__, url_prefix=outgoing.API)
    for route in PLAIN:
        _add(api, route, _passed_on(services, route))
    _add(api, SHOW_JOB, _job(services))
    _add(api, CANCEL_JOB, _cancel(services))
    _add(api, RECEIVE_UPLOAD, _upload(services.upload))
    _add(api, RETRY_JOB, derived.retry(services))
    _add(api, UNDO_JOB, derived.undo(services))
    _add(api, DELETE_SEATS, derived.delete_seats(services))
    _add(api, ISSUE_TOKEN, _token(sign_in, tokens))

    @api.get("/openapi.json")
    def openapi() -> Response:
        return _json(describe(), 200)

    return api


def _add(api: Blueprint, route: Route, view: Callable[..., Response]) -> None:
    rule = route.path.replace("{", "<").replace("}", ">")
    api.add_url_rule(rule, route.name, view, methods=[route.method])


def _passed_on(services: Services, route: Route) -> Callable[..., Response]:
    service = services.named(route.service)

    def view(**ids: str) -> Response:
        answer = _send(service, route, _path(route, ids))
        if answer.status == 404 and route.what == "job":
            answer.read()
            return _early(services.upload, route, ids)
        if route.download:
            return outgoing.as_download(answer, what=route.what, filename=route.download)
        return outgoing.as_json(answer, what=route.what)

    return view


def _job(services: Services) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        path = _path(SHOW_JOB, ids)
        answer = _send(services.eventlog, SHOW_JOB, path)
        if answer.status == 404:
            # The event log has not heard of it yet: its first event may still be on its way.
            answer.read()
            answer = _send(services.upload, SHOW_JOB, path)
        return outgoing.as_json(answer, what=SHOW_JOB.what)

    return view


def _cancel(services: Services) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        state = _told_state(services.eventlog, ids)
        if state in END_STATES:
            detail = "The job has ended already, so there is nothing to cancel. What it made stays."
            raise Refusal(409, "job_ended", detail, state=state)
        answer = _send(services.upload, CANCEL_JOB, _path(CANCEL_JOB, ids))
        outgoing.refuse_with(answer, what=CANCEL_JOB.what)
        taken: dict[str, Any] = orjson.loads(answer.read())
        return _json(taken | ({"state": state} if state else {}), answer.status)

    return view


def _told_state(eventlog: ServiceClient, ids: Mapping[str, str]) -> str | None:
    """The state of a job; None where the event log has not heard of it, and upload must know whether there is one."""
    answer = _send(eventlog, SHOW_JOB, _path(SHOW_JOB, ids))
    if answer.status == 404:
        answer.read()
        return None
    outgoing.refuse_with(answer, what=SHOW_JOB.what)
    return str(orjson.loads(answer.read())["state"])


def _early(upload: ServiceClient, route: Route, ids: Mapping[str, str]) -> Response:
    """What can be said of a job that the event log does not know: nothing yet, if upload knows it."""
    job = upload.send("GET", _path(SHOW_JOB, ids), principal=current())
    outgoing.refuse_with(job, what=route.what)
    job.read()
    if route.download:
        raise Refusal(409, "job_not_finished", "The job has not begun yet. Try again when it has ended.")
    return Response(route.early, content_type="application/json")


def _upload(upload: ServiceClient) -> Callable[..., Response]:
    limit = UploadLimit(upload)

    def view() -> Response:
        try:
            max_bytes = limit.bytes()
            incoming.refuse_by_length(request, max_bytes=max_bytes)
            headers = _given(request.headers, ("Content-Type", "Content-Length"))
            body = incoming.blocks(request, max_bytes=max_bytes)
            query = _given(request.args, RECEIVE_UPLOAD.query)
            answer = upload.send("POST", "/uploads", principal=current(), query=query, headers=headers, body=body)
            return outgoing.as_json(answer, what=RECEIVE_UPLOAD.what)
        except Refusal:
            incoming.drain(request)
            raise

    return view


def _token(sign_in: SignIn, tokens: ApiTokens) -> Callable[..., Response]:
    def view() -> Response:
        try:
            asked: dict[str, str] = TokenRequest().load(json_body())
        except ValidationError as error:
            detail = "Send a JSON object with username and password."
            raise Refusal(400, "invalid_request", detail, errors=error.messages) from None
        issued = tokens.issue(sign_in.check(asked["username"].strip(), asked["password"]))
        if issued is None:
            raise wrong()
        return _json({"token": issued.token, "expires_at": issued.expires_at}, 201)

    return view


def _send(service: ServiceClient, route: Route, path: str) -> Answer:
    headers = _given(request.headers, route.headers)
    body = None
    if route.body is not None:
        body = orjson.dumps(json_body())
        headers["Content-Type"] = "application/json"
    query: dict[str, str | list[str]] = {**_given(request.args, route.query)}
    query |= {name: request.args.getlist(name) for name in route.repeated if name in request.args}
    return service.send(route.method, path, principal=current(), query=query, headers=headers, body=body)


def _path(route: Route, ids: Mapping[str, str]) -> str:
    try:
        return route.path.format_map({name: UUID(text) for name, text in ids.items()})
    except ValueError:
        raise not_found(route.what) from None


def _given(values: Mapping[str, str] | Headers, names: tuple[str, ...]) -> dict[str, str]:
    return {name: values[name] for name in names if name in values}


def _json(value: dict[str, Any], status: int) -> Response:
    return Response(current_app.json.dumps(value), status, content_type="application/json")
