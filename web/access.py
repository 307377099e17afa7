"""Who is asking: the short-lived signed token that the gateway gives with each call to a service.

The gateway authenticates people; the services trust only this token, never a bare header. A service that calls another
on its own behalf signs one with the role `service` for the account whose work it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Flask, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from web.app import PROBES
from web.refusals import Refusal

#: Seconds that a token is good for: long enough for a slow network, too short to be worth stealing.
LIFETIME: Final = 60

ROLES: Final = frozenset({"admin", "user", "service"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """On whose behalf a request is made: everything it may see and change belongs to ``account``."""

    account: str
    user: str
    role: str


class InvalidToken(Exception):
    """The token is not one of ours, was altered, or is too old."""


class AccessKey:
    """Signs and verifies tokens with a key that the services share. ``key`` has 32 characters at least."""

    def __init__(self, key: str) -> None:
        if len(key) < 32:
            raise ValueError("BULK_ACCESS_KEY must have 32 characters at least")
        self._serializer = URLSafeTimedSerializer(key, salt="bulk-service-token")

    def sign(self, principal: Principal) -> str:
        """A token for one principal, good for `LIFETIME` seconds."""
        return str(self._serializer.dumps([principal.account, principal.user, principal.role]))

    def verify(self, token: str) -> Principal:
        """Whose token this is. Raises `InvalidToken`."""
        try:
            account, user, role = self._serializer.loads(token, max_age=LIFETIME)
        except (BadData, ValueError, TypeError) as error:
            raise InvalidToken(str(error)) from None
        if not (isinstance(account, str) and isinstance(user, str) and role in ROLES):
            raise InvalidToken("the token does not say who is asking")
        return Principal(account=account, user=user, role=role)


def require(app: Flask, key: AccessKey) -> None:
    """Refuse every request without a valid token, but for the probes."""

    @app.before_request
    def check_token() -> None:
        if request.path in PROBES:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthorized("A service token is needed.")
        try:
            g.principal = key.verify(token.strip())
        except InvalidToken:
            raise _unauthorized("The service token is not valid, or no longer.") from None


def current() -> Principal:
    """The principal of the request that is being answered."""
    principal: Principal = g.principal
    return principal


def require_role(role: str) -> None:
    """Refuse the request unless its principal has this role."""
    if current().role != role:
        raise Refusal(403, "forbidden", "This is not open to you.")


def service_principal(service: str) -> Callable[[str], Principal]:
    """How a service names itself when it works for an account: `service_principal("validator")(account)`."""
    return lambda account: Principal(account=account, user=service, role="service")


def _unauthorized(detail: str) -> Refusal:
    return Refusal(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
