"""The documentation is true where a program can tell."""

import re
from pathlib import Path

import pytest

from contracts.messages import SCHEMAS
from tests.browser import scenes, screenshots

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = ("deploy", "gateway", "services", "settings", "telemetry")


def broken_links(page: Path, text: str) -> list[str]:
    """Links to files that are not there."""
    links = re.findall(r"\]\(([^)#\s]+)", text)
    return [f"{page.name}: {link}" for link in links if "://" not in link and not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text("utf-8")) == []


def test_a_broken_link_is_found() -> None:
    assert broken_links(ROOT / "README.md", "see [this](docs/nothing.md#x)") == ["README.md: docs/nothing.md"]


def test_every_setting_is_documented_and_no_other() -> None:
    code = "".join(path.read_text("utf-8") for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    read = set(re.findall(r'"(BULK_[A-Z_]+)"', code)) - {"BULK_URL", "BULK_USER", "BULK_PASSWORD"}
    documented = set(re.findall(r"^\| `(BULK_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text("utf-8"), re.MULTILINE))
    assert documented == read


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))}
    named |= set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert named - targets == set()
    assert {"run", "test", "demo"} <= named


def test_every_message_has_its_place_in_the_reference() -> None:
    text = (ROOT / "docs/messages.md").read_text("utf-8")
    assert [type_ for type_ in SCHEMAS if f"\n## {type_}\n" not in text] == []


def test_the_guide_shows_every_picture_and_every_picture_is_of_a_scene() -> None:
    guide = (ROOT / "docs/guide/README.md").read_text("utf-8")
    pictures = {f"{scenes.name_of(scene)}{look.suffix}.png" for scene in scenes.ALL for look in screenshots.LOOKS}
    assert {path.name for path in (ROOT / "docs/images").glob("*.png")} == pictures
    assert [name for name in sorted(pictures) if f"../images/{name}" not in guide] == []
