"""Which requests are believed to come from a page of ours."""

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from gateway.same_origin import is_our_own


def asked(**headers: str) -> Request:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request(EnvironBuilder(method="POST", base_url="http://bulk.example:8080", headers=named).get_environ())


def ours(request: Request, *, public_url: str = "", secure: bool = False) -> bool:
    return is_our_own(request, public_url=public_url, secure=secure)


@pytest.mark.parametrize(
    ("site", "expected"),
    [("same-origin", True), ("same-site", False), ("cross-site", False), ("none", False), ("", False)],
)
def test_the_browsers_own_word_decides(site: str, expected: bool) -> None:
    assert ours(asked(Sec_Fetch_Site=site, Origin="http://bulk.example:8080")) is expected
    assert ours(asked(Sec_Fetch_Site=site, Origin="http://evil.example")) is expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://bulk.example:8080", True),
        ("http://BULK.example:8080", True),
        ("https://bulk.example:8080", True),
        ("http://bulk.example", False),
        ("http://bulk.example:8081", False),
        ("http://bulk.example:8080.evil.example", False),
        ("http://evil.example", False),
        ("ftp://bulk.example:8080", False),
        ("null", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_without_it_the_origin_must_be_the_host(origin: str, expected: bool) -> None:
    assert ours(asked(Origin=origin)) is expected


def test_the_public_address_is_ours_too() -> None:
    request = asked(Origin="https://public.example")
    assert ours(request, public_url="https://public.example", secure=True)
    assert not ours(request)


def test_a_plain_http_origin_is_not_ours_where_we_are_https() -> None:
    assert not ours(asked(Origin="http://bulk.example:8080"), secure=True)


def test_a_request_that_says_nothing_is_not_ours_unless_no_cookie_counts() -> None:
    assert not ours(asked())
    assert is_our_own(asked(), public_url="", secure=False, otherwise=True)
    assert not is_our_own(asked(Origin="http://evil.example"), public_url="", secure=False, otherwise=True)
