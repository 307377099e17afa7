"""Everything that the pages say is said in every language, and the files made from the catalogues are fresh."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from deploy import catalogue
from gateway.languages import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[2]


def test_there_is_a_catalogue_of_every_language_but_english() -> None:
    assert catalogue.languages() == sorted(set(LANGUAGES) - {ENGLISH})


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_message_is_translated(language: str) -> None:
    assert catalogue.untranslated(language) == []


def test_the_files_made_from_the_catalogues_are_fresh() -> None:
    assert catalogue.stale() == [], "run `make words`"


def test_the_catalogue_has_the_words_of_pages_scripts_problems_and_columns() -> None:
    said = {message.id for message in catalogue.said()}
    assert {"Sign out", ("{n} row", "{n} rows"), "Completed with errors", "The file is empty", "First name"} <= said


@pytest.mark.parametrize(
    ("message", "fits"),
    [
        (Message("{n} of {all}", "{n} sur {all}"), True),
        (Message("{n} of {all}", "{n} sur {tout}"), False),
        (Message("<b>%(name)s</b> is here", "<b>%(name)s</b> est là"), True),
        (Message("<b>%(name)s</b> is here", "%(name)s est là"), False),
        (Message(("{n} row", "{n} rows"), ("{n} ligne", "lignes")), False),
    ],
)
def test_a_translation_keeps_places_and_markup(message: Message, fits: bool) -> None:
    assert catalogue.fits(message) is fits


def test_a_message_without_one_of_its_plurals_is_not_whole() -> None:
    assert not catalogue.is_whole(Message(("{n} row", "{n} rows"), ("{n} ligne", "")))
    assert not catalogue.is_whole(Message("Sign out", ""))


def test_words_of_a_script_are_found_wherever_they_stand() -> None:
    script = BytesIO(b'x(`${ok ? t("Done", { n: {} }) : tn("{n} row", "{n} rows", n)}`)')
    assert [words for _, _, words, _ in catalogue.in_script(script)] == [("Done",), ("{n} row", "{n} rows")]


@pytest.mark.parametrize("script", [b"t(name)", b"t(`a ${b}`)", b'tn("{n} row", many, n)', b"t('single')"])
def test_words_of_a_script_that_are_no_literal_are_refused(script: bytes) -> None:
    with pytest.raises(ValueError, match="no literal"):
        list(catalogue.in_script(BytesIO(script)))


def plain_words(text: str) -> list[str]:
    """Words between the tags of a template that are not marked for translation."""
    text = re.sub(r"\{#.*?#\}|\{% trans.*?endtrans %\}|\{%.*?%\}|<script.*?</script>", "", text, flags=re.DOTALL)
    text = re.sub(r"<code[^>]*>.*?</code>", "", text, flags=re.DOTALL)
    found = re.findall(r">([^<]*)<", text)
    found += re.findall(r'\b(?:aria-label|title|alt|placeholder|data-label)="([^"]*)"', text)
    bare = (re.sub(r"\{\{.*?\}\}", "", words, flags=re.DOTALL) for words in found)
    return [words.strip() for words in bare if re.search(r"[A-Za-z]{2}", words.replace("Bulk Manager", ""))]


@pytest.mark.parametrize("path", sorted((ROOT / "gateway/templates").glob("*.html")), ids=lambda path: path.name)
def test_no_words_of_a_template_are_unmarked(path: Path) -> None:
    assert plain_words(path.read_text("utf-8")) == []


@pytest.mark.parametrize("template", ["<p>Some words</p>", '<a title="More">{{ x }}</a>', "<b>{{ x }} rows</b>"])
def test_unmarked_words_of_a_template_are_found(template: str) -> None:
    assert plain_words(template)


def bare_words(text: str) -> list[str]:
    """Sentences and labels in a script that are not given to `t` or `tn`; what a programmer alone reads may be."""
    text = re.sub(r"/\*.*?\*/|^\s*//.*?$|new Error\(.*?\);", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r'\bt(n)?\(\s*"(?:[^"\\]|\\.)*"(?(1),\s*"(?:[^"\\]|\\.)*")', "", text)
    quoted = re.findall(r'"([A-Z](?:[^"\\]|\\.)*)"', text)
    while "{" in (flat := re.sub(r"\$?\{[^{}`]*\}", "", text)) and flat != text:
        text = flat
    in_templates = re.findall(r"`([^`]*)`", text)
    found = [words for words in quoted if re.search(r"[a-z] [a-z]|[a-z]\.$", words)]
    return found + [words for words in in_templates if re.search(r"[A-Za-z]{2,} [a-z]{2,}| [a-z]{3,}", words)]


SCRIPTS = [path for path in (ROOT / "gateway/static/js").rglob("*.js") if path.parent.name != "words"]


@pytest.mark.parametrize("path", sorted(SCRIPTS), ids=lambda path: path.name)
def test_no_words_of_a_script_are_unmarked(path: Path) -> None:
    assert bare_words(path.read_text("utf-8")) == []


@pytest.mark.parametrize("script", ['say("Some words")', "say(`${n} rows failed`)", 'say(t("A"), "Not that one.")'])
def test_unmarked_words_of_a_script_are_found(script: str) -> None:
    assert bare_words(script)
