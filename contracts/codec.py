"""Messages as bytes, and back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import ValidationError

from contracts.ids import message_id_of
from contracts.lanes import lane_of
from contracts.messages import (
    SCHEMAS,
    Contract,
    JobFailedV1,
    ProblemsFoundV1,
    SeatsAcceptedV1,
    SeatsProvisionedV1,
    ValidationProgressedV1,
)
from messaging import headers
from messaging.errors import Reject
from messaging.message import Message


def _now() -> datetime:
    return datetime.now(UTC)


class Codec:
    """Encodes for one sender, ``app_id``; decodes what anyone sent. ``clock`` gives aware times."""

    def __init__(self, app_id: str, *, clock: Callable[[], datetime] = _now) -> None:
        self._app_id = app_id
        self._clock = clock

    def encode(self, contract: Contract) -> Message:
        """The message of a contract: the same cause gives the same `message_id`, and `correlation_id` is the job."""
        lane = lane_of(contract)
        return Message(
            type=contract.TYPE,
            message_id=str(message_id_of(contract.TYPE, contract.job_id, part_of(contract))),
            correlation_id=str(contract.job_id),
            body=orjson.dumps(SCHEMAS[contract.TYPE].dump(contract)),
            timestamp=self._clock(),
            app_id=self._app_id,
            headers={} if lane is None else {headers.LANE: lane},
        )

    def decode(self, message: Message) -> Contract:
        """The contract of a message. Raises `Reject` with what is wrong with it."""
        schema = SCHEMAS.get(message.type)
        if schema is None:
            raise Reject(f"no message of the type {message.type!r} is known here")
        try:
            loaded: Contract = schema.load(_json_object(message.body))
        except ValidationError as error:
            raise Reject(f"not a valid {message.type}: {_in_words(error.messages)}") from None
        return loaded


def part_of(contract: Contract) -> str:
    """What tells several messages of a type about the same job apart."""
    match contract:
        case SeatsAcceptedV1() | SeatsProvisionedV1():
            return str(contract.chunk)
        case ProblemsFoundV1():
            return str(contract.after)
        case ValidationProgressedV1():
            return str(contract.rows)
        case JobFailedV1():
            return contract.stage
        case _:
            return ""


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Reject(f"the body is not JSON: {error}") from None
    if not isinstance(loaded, dict):
        raise Reject("the body is not a JSON object")
    return loaded


def _in_words(messages: object) -> str:
    text = orjson.dumps(messages, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= 500 else text[:500] + "…"
