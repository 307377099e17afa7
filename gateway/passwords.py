"""Passwords: what is accepted as one, and argon2id hashes of them."""

import threading
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Fewest characters of a password that is set. No other rule: length is what counts (NIST SP 800-63B, 5.1.1.2).
MIN_LENGTH: Final = 12

#: Most characters that are looked at: a longer one can only be meant to keep us busy.
MAX_LENGTH: Final = 1024

#: Hashes that are computed at the same time. Each takes 19 MiB: a flood of sign-ins must not take all there is.
_AT_ONCE: Final = 4


class WeakPassword(ValueError):
    """The password is not accepted; the message says why, in words for the person who chose it."""


class Passwords:
    """Hashes and compares with argon2id (19 MiB, 2 passes: OWASP Password Storage Cheat Sheet). For use by threads."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to store, with its salt and parameters in it. Raises `WeakPassword`."""
        if len(password) < MIN_LENGTH:
            raise WeakPassword(f"A password needs {MIN_LENGTH} characters at least.")
        if len(password) > MAX_LENGTH:
            raise WeakPassword(f"A password has {MAX_LENGTH} characters at most.")
        with self._turns:
            return self._hasher.hash(password)

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the one of the hash ``stored``.

        Without a hash, because there is no such user, the same work is done, so that the time tells nothing.
        """
        with self._turns:
            try:
                self._hasher.verify(stored or self._nobodys, password[:MAX_LENGTH])
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("the hash of a password that belongs to nobody")
