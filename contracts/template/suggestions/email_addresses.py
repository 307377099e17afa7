"""E-mail addresses with the slips that fingers and address books make."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from contracts.template.rules import NO_DOMAINS

_NAMED = re.compile(r"[^<>]*<\s*([^<>\s]+@[^<>\s]+)\s*>")
_SPELT = (
    (re.compile(r"^mailto:\s*", re.IGNORECASE), ""),
    (re.compile(r"\s*(?:\(at\)|\[at\]|\s+at\s+)\s*", re.IGNORECASE), "@"),
    (re.compile(r"\s*(?:\(dot\)|\[dot\]|\s+dot\s+)\s*", re.IGNORECASE), "."),
    (re.compile(r"\s*@[\s@]*"), "@"),
    (re.compile(r"\s*\.[\s.]*(?=[^@]*$)"), "."),  # in the domain
    (re.compile(r"(?<=\w),(?=[A-Za-z]{2,}$)"), "."),
    (re.compile(r"^[\s\"'(\[<]+|[\s\"')\]>.,;:]+$"), ""),
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DOMAINS: Mapping[str, str] = MappingProxyType(
    {name: f"{name}.com" for name in ("gmail", "googlemail", "hotmail", "outlook", "yahoo", "icloud")}
)


def addresses_meant(cell: str) -> Iterator[str]:
    """What may be meant. It need not be an e-mail address."""
    address = cell.translate(_FULL_WIDTH)
    named = _NAMED.fullmatch(address)
    if named:
        address = named[1]
    for slip, right in _SPELT:
        address = slip.sub(right, address)
    name, at, domain = address.partition("@")
    if not at or "@" in domain:
        return
    before, dot, last = domain.rpartition(".")
    if last.lower() in NO_DOMAINS and dot:
        yield f"{name}@{before}.com"
    elif domain.lower() in _DOMAINS:
        yield f"{name}@{_DOMAINS[domain.lower()]}"
    elif domain.lower().removesuffix("com") in _DOMAINS:
        yield f"{name}@{_DOMAINS[domain.lower().removesuffix('com')]}"
    else:
        yield address
