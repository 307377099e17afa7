"""The description of the API (OpenAPI 3.1), made from the table of its routes."""

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from gateway.outgoing import API
from gateway.routes import ISSUE_TOKEN, RECEIVE_UPLOAD, ROUTES, Route
from gateway.schemas import Refused

#: The media type of an Excel workbook.
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def describe() -> dict[str, Any]:
    """The whole description as one object, ready to be sent as JSON."""
    spec = APISpec(
        title="Bulk Manager",
        version="1",
        openapi_version="3.1.0",
        info={"description": "Seats from a CSV file, and what became of every row."},
        servers=[{"url": API}],
        security=[{"token": []}, {"session": []}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "bulk_session"})
    for route in ROUTES:
        spec.path(path=route.path, operations={route.method.lower(): _operation(route)})
    described: dict[str, Any] = spec.to_dict()
    return described


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": {
            str(route.status): _answer(route),
            "default": {
                "description": "A refusal",
                "content": {"application/problem+json": {"schema": Refused}},
            },
        },
    }
    body = _body(route)
    if body:
        operation["requestBody"] = {"required": True, "content": body}
    if route is ISSUE_TOKEN:
        operation["security"] = []
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    ids = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    query = [{"in": "query", "name": name, "schema": {"type": "string"}} for name in route.query]
    query += [
        {"in": "query", "name": name, "schema": {"type": "array", "items": {"type": "string"}}}
        for name in route.repeated
    ]
    headers = [{"in": "header", "name": name, "required": True, "schema": {"type": "string"}} for name in route.headers]
    return ids + query + headers


def _body(route: Route) -> dict[str, Any]:
    if route is RECEIVE_UPLOAD:
        file = {"type": "string", "format": "binary"}
        form = {"type": "object", "required": ["file"], "properties": {"file": file}}
        return {"text/csv": {"schema": file}, WORKBOOK: {"schema": file}, "multipart/form-data": {"schema": form}}
    return {"application/json": {"schema": route.body}} if route.body else {}


def _answer(route: Route) -> dict[str, Any]:
    if route.download:
        return {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}
    if route.answer is None:
        return {"description": "Done"}
    return {"description": _first_line(route.answer), "content": {"application/json": {"schema": route.answer}}}


def _name(schema: Schema | type[Schema]) -> str:
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def _first_line(schema: type[Schema]) -> str:
    return (schema.__doc__ or "").partition("\n")[0]
