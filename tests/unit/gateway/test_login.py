"""Where sign-in may lead to."""

import pytest

from gateway.login import safe_next


@pytest.mark.parametrize(
    "wanted", ["/", "/event-logs", "/event-logs?q=a&state=failed", "/event-logs/1#top", "/a:b", "/["]
)
def test_paths_of_ours_are_gone_on_to(wanted: str) -> None:
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "event-logs",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "https:evil.example",
        "//[",
        "http://[",
        "javascript:alert(1)",
        " //evil.example",
        "/login",
        "/login?next=/login",
        "/logout",
        "/a\\b",
    ],
)
def test_anything_else_leads_to_the_first_page(wanted: str) -> None:
    assert safe_next(wanted) == "/"
