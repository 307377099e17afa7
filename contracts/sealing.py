"""Secrets of Seats (password, voicemail PIN) are sealed by the validator and stay sealed, on the broker and at rest.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D); the first byte of a sealed value tells the key, so that keys
can be changed: new values are sealed with the first key, older ones are opened with whichever key made them.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PREFIX = "sealed:"
_NONCE = 12


class NotSealed(ValueError):
    """The value was not sealed with any of the keys, or was altered."""


def is_sealed(value: str) -> bool:
    """Whether a value looks like one that was sealed."""
    return value.startswith(_PREFIX)


class Sealer:
    """Seals and opens short texts. ``keys`` are passphrases of 32 characters at least; the first one seals."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < 32 for key in keys):
            raise ValueError("BULK_SEALING_KEY must have 32 characters at least")
        digests = [sha256(key.encode()).digest() for key in keys]
        self._ciphers = {sha256(digest).digest()[:1]: AESGCM(digest) for digest in digests}
        self._first = sha256(digests[0]).digest()[:1]

    def seal(self, text: str) -> str:
        """The sealed form of a text: ASCII, about 1.4 times as long plus 60 characters."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), None)
        return _PREFIX + urlsafe_b64encode(self._first + nonce + sealed).decode()

    def open(self, sealed: str) -> str:
        """The text again. Raises `NotSealed`."""
        try:
            raw = urlsafe_b64decode(sealed.removeprefix(_PREFIX))
            cipher = self._ciphers[raw[:1]]
            return cipher.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], None).decode()
        except (ValueError, KeyError, InvalidTag) as error:
            raise NotSealed("not sealed with a key that we have") from error
