"""Signing in with a user name and a password: the same for the page and for API tokens."""

import logging

from flask import request

from gateway.passwords import Passwords
from gateway.throttle import Throttle, TooManyAttempts
from gateway.users import Credentials, Users
from web.refusals import Refusal

log = logging.getLogger(__name__)

#: One sentence for a wrong name, a wrong password and a disabled user: it must not tell which.
WRONG = "The user name or the password is not right."


class SignIn:
    """Compares names and passwords, slowly for those who guess."""

    def __init__(self, *, users: Users, passwords: Passwords, throttle: Throttle) -> None:
        self._users = users
        self._passwords = passwords
        self._throttle = throttle

    def check(self, username: str, password: str) -> Credentials:
        """The user of this name and password. Raises `Refusal`: 401 when they are wrong, 429 after too many."""
        address = request.remote_addr or "unknown"
        self._begin(username, address)
        credentials = self._users.find(username)
        matches = self._passwords.matches(password, credentials.password_hash if credentials else None)
        if credentials is None or not matches or credentials.disabled:
            # What was typed as a name is logged only when it is one: it might be a password.
            log.warning(
                "sign-in refused user=%s address=%s", credentials.user.username if credentials else "?", address
            )
            raise wrong()
        self._throttle.succeeded(username, address)
        log.info(
            "signed in user=%s account=%s address=%s", credentials.user.username, credentials.user.account, address
        )
        return credentials

    def _begin(self, username: str, address: str) -> None:
        try:
            self._throttle.begin(username, address)
        except TooManyAttempts as error:
            log.warning("sign-in blocked for %d s address=%s", error.seconds, address)
            raise Refusal(
                429,
                "too_many_attempts",
                f"There were too many attempts to sign in. Try again in {_in_words(error.seconds)}.",
                headers={"Retry-After": str(error.seconds)},
            ) from None


def wrong() -> Refusal:
    """The refusal of a sign-in."""
    return Refusal(401, "wrong_credentials", WRONG)


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
