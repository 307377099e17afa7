"""Secrets of Seats (password, voicemail PIN) are sealed by the validator and stay sealed, on the broker and at rest.

AES-256-GCM (NIST SP 800-38D); the first byte of a sealed value tells the key, so that keys can be changed: new values
are sealed with the first key, older ones are opened with whichever key made them.

A nonce, of 96 bits, must not come twice with the same key. Texts that are sealed together share 80 random bits, and
count in the others. So after n such calls, two of them have shared their bits with a probability of n² / 2^81: less
than one in 10^11 for the 2^22 calls that two billion rows take. One text alone has a nonce of the same form.
"""

import os
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import repeat
from operator import add

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PREFIX = "sealed:"
_NONCE = 12
_RANDOM = 10  # bytes of a nonce that are random; the others count
_TOGETHER = 4_096
_URLSAFE = bytes.maketrans(b"+/", b"-_")


@cache
def _counts() -> list[bytes]:
    """The ends of the nonces that begin alike."""
    return [number.to_bytes(_NONCE - _RANDOM, "big") for number in range(_TOGETHER)]


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
        (sealed,) = self.seal_all([text])
        return sealed

    def seal_all(self, texts: Sequence[str]) -> list[str]:
        """The sealed forms of many texts, made at less cost than one by one."""
        sealed: list[str] = []
        for at in range(0, len(texts), _TOGETHER):
            sealed += self._seal_together(texts[at : at + _TOGETHER])
        return sealed

    def _seal_together(self, texts: Sequence[str]) -> list[str]:
        random, key = os.urandom(_RANDOM), self._first
        counts = _counts()[: len(texts)]
        nonces = map(add, repeat(random), counts)
        sealed = map(self._ciphers[key].encrypt, nonces, map(str.encode, texts), repeat(None))
        told = map(add, repeat(key + random), counts)  # what stands before a sealed text: the key, and the nonce
        lines = (
            b"".join(map(b2a_base64, map(add, told, sealed))).translate(_URLSAFE).decode().replace("\n", f"\n{_PREFIX}")
        )
        return (_PREFIX + lines).split("\n")[:-1]

    def open(self, sealed: str) -> str:
        """The text again. Raises `NotSealed`."""
        try:
            raw = urlsafe_b64decode(sealed.removeprefix(_PREFIX))
            cipher = self._ciphers[raw[:1]]
            return cipher.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], None).decode()
        except (ValueError, KeyError, InvalidTag) as error:
            raise NotSealed("not sealed with a key that we have") from error
