"""How a test tells the event log what happened, and asks it: as an admin, with a token as the gateway signs it."""

import hashlib
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.messages import Contract, JobSubmittedV1
from services.eventlog.handler import record_event
from services.eventlog.store import EventLog
from tests.integration.eventlog.source_server import KEY
from tests.unit.eventlog import histories as h
from web.access import AccessKey, Principal


def token(account: str = h.ACCOUNT) -> dict[str, str]:
    principal = Principal(account=account, user="ada@example.com", role="admin")
    return {"Authorization": f"Bearer {AccessKey(KEY).sign(principal)}"}


def get(client: FlaskClient, path: str, *, account: str = h.ACCOUNT, buffered: bool = True) -> TestResponse:
    return client.get(path, headers=token(account), buffered=buffered)


def told(client: FlaskClient, path: str, *, account: str = h.ACCOUNT) -> dict[str, Any]:
    answer = get(client, path, account=account)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def pages(client: FlaskClient, path: str, name: str) -> Iterator[list[dict[str, Any]]]:
    """All pages of a list; `path` has a query."""
    cursor = ""
    while cursor is not None:
        page = told(client, f"{path}&cursor={cursor}")
        yield page[name]
        cursor = page["next_cursor"]


def tell(log: EventLog, *events: Contract) -> None:
    """Let the event log take events in, as if the broker had brought them."""
    for event in events:
        list(record_event(event, log=log))


def submitted_file(key: str, data: bytes, *, source: str = "a-source", filename: str = "seats.csv") -> JobSubmittedV1:
    """A job of a file: its size and hash are the data's own."""
    digest = hashlib.sha256(data).hexdigest()
    return h.submitted(key, source=source, size=len(data), sha256=digest, filename=filename)
