"""The header `Idempotency-Key`: the caller's own word for a request, so that asking twice is harmless."""

import re
from typing import Final

from flask import request

from web.refusals import Refusal

HEADER: Final = "Idempotency-Key"

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def is_key(text: str) -> bool:
    """Whether it can be an idempotency key: 1 to 255 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None


def idempotency_key() -> str:
    """The key of the request that is being answered. Raises a 400 `Refusal`."""
    key = request.headers.get(HEADER, "")
    if not key:
        raise Refusal(
            400,
            "idempotency_key_missing",
            "Send the header Idempotency-Key with a value of your own for each job, so that asking twice is harmless.",
        )
    if not is_key(key):
        raise Refusal(
            400, "idempotency_key_invalid", "The Idempotency-Key must be 1 to 255 visible ASCII characters, no spaces."
        )
    return key
