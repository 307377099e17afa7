"""Answers for people who browse, where programs get problem details."""

import orjson
from flask import Flask, Request, Response, render_template, request

from web import refusals


def wants_page(asked: Request) -> bool:
    """Whether an answer should be a page: anywhere but in the API, unless something else than HTML is asked for."""
    if asked.path.startswith("/api/"):
        return False
    return asked.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html"


def show_refusals(app: Flask) -> None:
    """Turn each problem that would go to somebody who browses into the page `error.html`, with the same status."""

    @app.after_request
    def as_page(response: Response) -> Response:
        if response.content_type != refusals.CONTENT_TYPE or not wants_page(request):
            return response
        problem = orjson.loads(response.get_data())
        page = render_template(
            "error.html",
            status=problem["status"],
            code=problem["code"],
            title=problem["title"],
            detail=problem["detail"],
        )
        response.set_data(page)
        response.content_type = "text/html; charset=utf-8"
        return response
