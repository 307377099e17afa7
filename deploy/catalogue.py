"""The catalogue of translations: what the code says is taken into it, and what the pages read is made from it.

`python -m deploy.catalogue` (`make words`) brings every `gateway/locale/<language>/LC_MESSAGES/bulk.po` up to date: new
messages come in untranslated, those that nothing says any more go out. What is made from it: `bulk.mo` and
`sentences.json` for the server, `gateway/static/js/words/<language>.js` for the scripts. With `--check` nothing is
written; it tells what is stale or not translated (exit status 1 if anything).
"""

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from contracts.problems import CATALOGUE
from contracts.template import latest
from deploy import sentences

ROOT: Final = Path(__file__).parents[1]
LOCALE: Final = ROOT / "gateway/locale"
_SCRIPTS: Final = "gateway/static/js"

Words = str | tuple[str, ...]

_LITERAL: Final = r'"((?:[^"\\]|\\.)*)"'
_CALL: Final = re.compile(rf"\b(?:t|(tn))\(\s*(?:{_LITERAL}(?:,\s*{_LITERAL})?)?")


def in_script(source: IO[bytes], *_: object, **__: object) -> Iterator[tuple[int, str, Words, list[str]]]:
    """The words of `t("…")` and `tn("…", "…", n)`, as Babel wants them. Words that are no literal are an error.

    Babel's own way misses calls inside the braces of a template string.
    """
    text = source.read().decode()
    for call in _CALL.finditer(text):
        plural, one, many = call.groups()
        if one is None or (plural and many is None):
            raise ValueError(f"words that are no literal: {text[call.start() : call.start() + 60]}")
        line = text.count("\n", 0, call.start()) + 1
        found = tuple(json.loads(f'"{words}"') for words in (one, many) if words is not None)
        yield line, "tn" if plural else "t", found if plural else found[:1], []


#: Where words stand: how they are found there, by which function names (with the places of singular and plural).
_SOURCES: Final[tuple[tuple[str, Any, dict[str, Any]], ...]] = (
    ("gateway/*.py", "python", {"mark": None}),
    ("gateway/templates/*.html", babel_extract, {"_": None, "gettext": None, "ngettext": (1, 2)}),
    (f"{_SCRIPTS}/**/*.js", in_script, {"t": None, "tn": (1, 2)}),
)
_OPTIONS: Final = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}

#: The context of sentences that services say: recognised by their shape, whatever values they come with.
SAID: Final = "said"

#: What gives the scripts their words, and the words: these say nothing themselves.
_SILENT: Final = re.compile(r"/(i18n|words/\w+)\.js$")

#: What a translation must have as well: places for values, and markup.
_PARTS: Final = re.compile(r"\{\w+\}|%\(\w+\)s|<[^>]+>")


def said() -> Catalog:
    """Everything that the code says, untranslated."""
    catalogue = _empty(None)
    for path, words in (*_in_code(), *_in_data()):
        catalogue.add(words, locations=[(path, 0)])
    for path, sentence in sentences.found():
        catalogue.add(sentence, locations=[(path, 0)], context=SAID)
    return catalogue


def _in_code() -> Iterator[tuple[str, Words]]:
    for pattern, method, keywords in _SOURCES:
        for path in sorted(path for path in ROOT.glob(pattern) if not _SILENT.search(str(path))):
            with path.open("rb") as source:
                for _line, words, _comments, _context in extract(method, source, keywords, (), _OPTIONS):
                    yield str(path.relative_to(ROOT)), words


def _in_data() -> Iterator[tuple[str, Words]]:
    """The titles and advice of problems, and what the template says of its columns."""
    for kind in CATALOGUE.values():
        yield from (("contracts/problems.py", words) for words in (kind.title, kind.advice))
    for column in latest().columns:
        yield from (("contracts/template/", words) for words in (column.label, column.about) if words)


def languages() -> list[str]:
    """The languages that there is a catalogue of."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def read(language: str) -> Catalog:
    """The catalogue as it stands in its file; an empty one where there is none yet."""
    path = _po(language)
    if not path.is_file():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def brought_up_to_date(language: str) -> Catalog:
    """What the code says now, with the translations that are known."""
    known, fresh = read(language), _empty(language)
    for message in said():
        if message.id:
            kept = known.get(message.id, message.context)
            string = kept.string if kept and kept.id == message.id and not kept.fuzzy else ""
            fresh.add(message.id, string, locations=message.locations, context=message.context)
    return fresh


def made(language: str) -> dict[Path, bytes]:
    """The contents of a language's files."""
    catalogue = brought_up_to_date(language)
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    write_mo(mo, catalogue)
    return {
        _po(language): po.getvalue(),
        _po(language).with_suffix(".mo"): mo.getvalue(),
        LOCALE / language / "sentences.json": _sentences(catalogue).encode(),
        ROOT / _SCRIPTS / f"words/{language}.js": _script(catalogue).encode(),
    }


def _sentences(catalogue: Catalog) -> str:
    """The sentences that services say, with the labels that occur in them, and their translations."""
    labels = {text for column in latest().columns for text in (column.label, column.about)}
    told = {str(m.id): m.string for m in catalogue if (m.context == SAID or m.id in labels) and is_whole(m)}
    return json.dumps(dict(sorted(told.items())), ensure_ascii=False, indent=0) + "\n"


def _script(catalogue: Catalog) -> str:
    """The messages of the scripts as a module, with the language's rule of which plural a number takes."""
    words = {_first(message): message.string for message in catalogue if _is_in_scripts(message) and is_whole(message)}
    lines = ",\n".join(f"{json.dumps(k)}:{json.dumps(words[k], ensure_ascii=False)}" for k in sorted(words))
    rule = catalogue.plural_expr
    return (
        "// Made by `make words` from gateway/locale: edit there.\n"
        f"export const plural = (n) => Number({rule});\nexport const words = {{\n{lines}\n}};\n"
    )


def is_whole(message: Message) -> bool:
    """Whether every form of a message is translated."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


def untranslated(language: str) -> list[str]:
    """The messages of a language that have no translation, or none that fits their places and markup."""
    return [_first(m) for m in brought_up_to_date(language) if m.id and not (is_whole(m) and fits(m))]


def fits(message: Message) -> bool:
    """Whether every form of a translation has the places and the markup of the message, in whatever order."""
    translated = message.string if isinstance(message.string, tuple | list) else (message.string,)
    original = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted = {part for form in original for part in _PARTS.findall(form)}
    return all(set(_PARTS.findall(form or "")) == wanted for form in translated)


def stale() -> list[str]:
    """The files that are not what the code and the catalogues give now."""
    return [
        str(path.relative_to(ROOT))
        for language in languages()
        for path, content in made(language).items()
        if not path.is_file() or path.read_bytes() != content
    ]


def main(arguments: list[str]) -> int:
    """Bring the files up to date, or with `--check` only look. The exit status is 1 if anything is not in order."""
    if arguments != ["--check"]:
        for language in languages():
            for path, content in made(language).items():
                path.write_bytes(content)
    found = [f"{path} is stale: run `make words`" for path in stale()]
    found += [f"not translated ({language}): {words}" for language in languages() for words in untranslated(language)]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


class _Plain(Catalog):
    """A catalogue without the dates and addresses that would make each run another file."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "Bulk Manager"),
            ("Language", str(self.locale_identifier or "")),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def _empty(language: str | None) -> Catalog:
    return _Plain(locale=language, header_comment="", fuzzy=False)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_in_scripts(message: Message) -> bool:
    return any(path.startswith(_SCRIPTS) for path, _ in message.locations)


def _po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "bulk.po"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
