"""Light and dark, wide and narrow: nothing is cut off, nothing jumps, nothing is heavy, everything can be read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.admin import Admin
from tests.e2e import rows
from tests.e2e.api import Api
from tests.stack import Stack

MakeFile = Callable[..., Path]
Scheme = Literal["light", "dark"]

TOKENS = Path(__file__).parents[2] / "gateway/static/css/tokens.css"
PAGES = ("/login", "/configuration", "/seats", "/event-logs", "/template-reference", "/no-such-page")

#: Text and what it stands on. 4.5 : 1 is what WCAG 2.2 AA asks for text, 3 : 1 for the edge of a control.
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in ("bg", "surface", "sunken")),
    *((colour, f"{colour}-soft") for colour in ("accent", "ok", "warn", "bad")),
    *(("ink", f"{colour}-soft") for colour in ("accent", "ok", "warn", "bad")),
    ("bad", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-bad", "bad"),
    ("on-bad", "bad-hover"),
]
EDGES = [("line-strong", ground) for ground in ("bg", "surface")]


def _colours(scheme: Scheme) -> dict[str, str]:
    light, dark = TOKENS.read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    pairs = [re.findall(r"--([\w-]+):\s*#([0-9a-f]{6})", part) for part in (light, dark)]
    return dict(pairs[0]) | (dict(pairs[1]) if scheme == "dark" else {})


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_and_every_edge_has_contrast_enough(scheme: Scheme) -> None:
    colours = _colours(scheme)
    poor = []
    for pairs, least in ((TEXT, 4.5), (EDGES, 3.0)):
        for one, other in pairs:
            high, low = sorted((_luminance(colours[one]), _luminance(colours[other])), reverse=True)
            ratio = (high + 0.05) / (low + 0.05)
            if ratio < least:
                poor.append(f"{one} on {other}: {ratio:.2f}")
    assert poor == []


def _too_wide(page: Page) -> int:
    wider: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 360), ("dark", 1280)])
def test_no_page_is_wider_than_the_window(
    browser: Browser, signed_in: StorageState, stack: Stack, api: Api, scheme: Scheme, width: int
) -> None:
    name = "a-name-without-a-single-space-" * 6 + ".csv"
    job = api.run(rows.document([rows.row(email="x" * 300)]), name)
    context = browser.new_context(
        storage_state=signed_in, color_scheme=scheme, viewport={"width": width, "height": 760}
    )
    page = context.new_page()
    for path in (*PAGES, f"/event-logs/{job['job_id']}", f"/configuration?job={job['job_id']}"):
        page.goto(stack.url + path)
        page.wait_for_load_state("networkidle")
        assert _too_wide(page) == 0, path
        ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(245, 245, 241)" if scheme == "light" else "rgb(16, 22, 24)"), path
    pop_up = page.get_by_role("dialog")
    expect(pop_up.get_by_role("link", name="Download problems CSV")).to_be_in_viewport()
    context.close()


def test_the_first_page_is_light_and_does_not_jump(page: Page, stack: Stack) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shifts += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{stack.url}/configuration")
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 5
    assert sum(sizes) < 100_000
    assert page.evaluate("() => window.shifts") < 0.01


def test_nothing_comes_from_elsewhere_and_nothing_stands_inline(page: Page, stack: Stack, admin: Admin) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        admin.go(path)
        page.wait_for_load_state("networkidle")
        inline = page.locator("script:not([src]), style, [style], [onclick]").count()
        assert inline == 0, path
    assert {url for url in asked if not url.startswith(stack.url)} == set()


def test_somebody_who_wants_less_motion_gets_less(browser: Browser, signed_in: StorageState, stack: Stack) -> None:
    context = browser.new_context(storage_state=signed_in, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{stack.url}/configuration")
    page.evaluate("() => document.body.append(document.getElementById('job-working').content.cloneNode(true))")
    assert page.locator(".spinner").evaluate("spinner => getComputedStyle(spinner).animationName") == "breathe"
    context.close()
