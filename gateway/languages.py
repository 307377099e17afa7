"""The languages of the pages: which one a viewer gets, and the words in it.

The words stand in English where they are used, and in `locale/<language>/LC_MESSAGES/bulk.po` in the others
(`make words` takes them out of the code and makes what is read here). A message that has no translation is shown in
English.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from flask import Flask, Request, request

#: Every language by its tag, with its own name for itself. The first is the one that the code is written in.
LANGUAGES: Final = {"en": "English", "fr": "Français"}

ENGLISH: Final = "en"

#: The cookie of those who have chosen a language.
COOKIE: Final = "bulk_language"

LOCALE: Final = Path(__file__).parent / "locale"


def mark(words: str) -> str:
    """Put ``words`` into the catalogue; whoever shows them translates them."""
    return words


def of(asked: Request) -> str:
    """The language that was chosen, else the one that the client likes best, else English."""
    chosen = asked.cookies.get(COOKIE, "")
    # Not `best_match`: it takes "fr" for somebody who likes "en-GB" best and "fr" second.
    liked = (tag.partition("-")[0].lower() for tag, quality in asked.accept_languages if quality > 0)
    return chosen if chosen in LANGUAGES else next((tag for tag in liked if tag in LANGUAGES), ENGLISH)


@cache
def words_of(language: str) -> NullTranslations:
    """The catalogue of a language; that of English is empty."""
    if language == ENGLISH:
        return NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / "bulk.mo").open("rb") as catalogue:
        return GNUTranslations(catalogue)


def translated(words: str) -> str:
    """``words``, as they stand in the code, in the language of the request that is being answered."""
    return words_of(of(request)).gettext(words) if words else words


def install(app: Flask) -> None:
    """Give the templates `_`, `ngettext`, `{% trans %}`, the filter `translated`, `language` and `languages`."""
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda words: words_of(of(request)).gettext(words),
        lambda one, many, n: words_of(of(request)).ngettext(one, many, n),
        newstyle=True,
    )
    environment.filters["translated"] = translated

    @app.context_processor
    def language() -> dict[str, object]:
        return {"language": of(request), "languages": LANGUAGES}
