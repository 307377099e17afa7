"""The pages in French: chosen or as the browser likes it, whole, with French numbers, and as light as in English."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from deploy import catalogue
from gateway.retelling import Sentences
from tests.browser.admin import JOB_MS, Admin
from tests.e2e import rows
from tests.e2e.api import Api
from tests.stack import Stack

MakeFile = Callable[..., Path]

#: Text that is seen or read out, piece by piece.
SEEN = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest("code, bdi, template, script, noscript, [lang]:not(html)")) continue;
    if (parent.checkVisibility()) texts.push(walker.currentNode.textContent);
  }
  for (const named of document.querySelectorAll("[aria-label]")) texts.push(named.getAttribute("aria-label"));
  return [...texts, document.title];
}"""


@pytest.fixture
def french(browser: Browser, signed_in: StorageState, stack: Stack) -> Iterator[Admin]:
    context = browser.new_context(storage_state=signed_in, locale="fr-FR", viewport={"width": 1280, "height": 860})
    yield Admin(context.new_page(), stack)
    context.close()


@pytest.fixture(scope="module")
def english() -> Sentences:
    """Recognises what stands in the catalogue and is another in French."""
    said: dict[str, str] = {}
    for message in catalogue.read("fr"):
        for one, other in zip(_forms(message.id), _forms(message.string or ""), strict=True):
            words = re.sub(r"%\((\w+)\)s", r"{\1}", one)
            if one != other and "<" not in one and len(re.sub(r"\{\w+\}|\W", "", words)) > 3:
                said[words] = "?"
    return Sentences("en", said)


def _forms(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def left_in(page: Page, english: Sentences) -> list[str]:
    """What is still English."""
    texts = {text.strip() for text in page.evaluate(SEEN) if text.strip()}
    return sorted(text for text in texts if english.retell(text) != text)


def test_what_is_left_in_english_is_found(admin: Admin, english: Sentences) -> None:
    admin.go("/configuration")
    assert {"Upload file", "Seats are created"} <= set(left_in(admin.page, english))


@pytest.mark.parametrize("path", ["/configuration", "/event-logs", "/template-reference", "/no-such-page", "job"])
def test_a_page_has_no_english_left(french: Admin, api: Api, english: Sentences, path: str) -> None:
    if path == "job":
        wrong = [rows.row(email="nobody"), rows.row(extension="4.41E+11"), rows.row(lastname="")]
        path = f"/event-logs/{api.run(rows.document(wrong), 'faux.csv')['job_id']}"
    french.go(path)
    french.page.wait_for_load_state("networkidle")
    assert french.page.locator("html").get_attribute("lang") == "fr"
    assert left_in(french.page, english) == []


def test_the_language_is_chosen_before_signing_in_and_stays(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{stack.url}/login?next=/event-logs")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    page.get_by_label("Nom d\u2019utilisateur").fill(stack.user)
    page.get_by_label("Mot de passe").fill("wrong")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("Le nom d\u2019utilisateur ou le mot de passe")
    page.get_by_label("Mot de passe").fill(stack.password)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/event-logs")
    expect(page.get_by_role("heading", name="Journal")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Event Logs")).to_be_visible()
    context.close()


def test_the_first_page_in_french_is_light_and_does_not_jump(french: Admin) -> None:
    page = french.page
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shifts += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    french.go("/configuration")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 100_000
    assert page.evaluate("() => window.shifts") < 0.01


def test_pressed_before_the_words_have_come_the_button_opens_the_pop_up_all_the_same(french: Admin) -> None:
    """The scripts wait for the words, the page's load does not."""
    held: list[Route] = []
    french.page.route("**/js/words/fr.js", lambda route: held.append(route), times=1)
    french.go("/configuration")
    french.main.get_by_role("button", name="Envoyer un fichier").click()
    expect(french.pop_up).to_be_visible()
    held[0].abort()


def test_a_file_is_created_in_french(french: Admin, make_file: MakeFile, english: Sentences) -> None:
    french.go("/configuration")
    french.main.get_by_role("button", name="Envoyer un fichier").click()
    with french.page.expect_file_chooser() as chooser:
        french.pop_up.get_by_text("choisissez un fichier").click()
    chooser.value.set_files(make_file(3, "trois.csv"))
    french.pop_up.get_by_role("button", name="Créer", exact=True).click(timeout=JOB_MS)
    expect(french.pop_up.get_by_role("heading", name="3 postes")).to_be_visible(timeout=JOB_MS)
    assert left_in(french.page, english) == []
