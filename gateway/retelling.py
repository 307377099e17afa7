"""What the services say, in the language of whoever asks.

Services say everything in English, with its values already in it: so it is stored, and so it travels in messages that
are never edited. The catalogue has each of these sentences with places for the values; a sentence that comes by is
recognised by its shape, its values are taken out and put into the translation. What is not recognised stays English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import orjson
from flask import Flask, Response, request

from gateway.languages import ENGLISH, LOCALE, of
from web import refusals

#: The members of JSON answers that hold sentences or names for people.
_FOR_PEOPLE: Final = frozenset({"message", "detail", "text", "reason", "label", "rule", "about"})

_PLACE: Final = re.compile(r"\{(\w+)\}")
#: Places that hold only some things; the others may hold anything.
_SHAPES: Final = {"n": "[0-9,.]+", "chunk": "[0-9,]+", "done": "created|updated|deleted|changed"}
#: What a sentence begins with does not reach over the end of the one before.
_ONE_SENTENCE: Final = r"(?:(?![.?!] ).)*?"
_NEXT_SENTENCE: Final = re.compile(r" [A-Z]")
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.?!:;])\s+")
_BIG_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_THOUSANDS: Final = {"fr": "\u202f"}
_DEEPEST: Final = 4
_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence with places: its shape in English, a part that it always has, and its translation."""

    shape: re.Pattern[str]
    landmark: str
    translation: str

    def values(self, said: str) -> Mapping[str, str] | None:
        """What stands in the places, or None where ``said`` is another sentence."""
        found = self.shape.fullmatch(said) if self.landmark in said else None
        return found.groupdict() if found else None


class Sentences:
    """The sentences of one language."""

    def __init__(self, language: str, translations: Mapping[str, str]) -> None:
        self._thousands = _THOUSANDS.get(language, ",")
        self._plain = {said: told for said, told in translations.items() if not _PLACE.search(said)}
        shaped = [said for said in translations if _PLACE.search(said)]
        # The one with more words of its own first: "{row} of {file} is empty." before "{column} is empty."
        shaped.sort(key=lambda said: len(_PLACE.sub("", said)), reverse=True)
        self._shaped = [_sentence(said, translations[said]) for said in shaped]

    def retell(self, said: str) -> str:
        """``said`` in this language: as one sentence or as several in a row; as it is where it is not known."""
        return self._retell(said, 0)

    def _retell(self, said: str, depth: int) -> str:
        whole = self._whole(said, depth)
        if whole is not None or depth > _DEEPEST:
            return said if whole is None else whole
        for end in reversed(list(_SENTENCE_ENDS.finditer(said))):
            first, rest = said[: end.start()], said[end.end() :]
            mark = ";" if first.endswith(";") else ""
            told = self._whole(first.removesuffix(mark), depth)
            if told is not None:
                return f"{told}{mark} {self._retell(rest, depth + 1)}"
        return said

    def _whole(self, said: str, depth: int) -> str | None:
        if said in self._plain:
            return self._plain[said]
        if _BIG_NUMBER.fullmatch(said):
            return said.replace(",", self._thousands)
        for sentence in self._shaped:
            values = sentence.values(said)
            if values is not None:
                told = {name: self._value(value, depth + 1) for name, value in values.items()}
                return _PLACE.sub(lambda place, told=told: told[place[1]], sentence.translation)  # type: ignore[misc]
        return None

    def _value(self, value: str, depth: int) -> str:
        """A value may be a sentence or a count itself; white space around it stays."""
        bare = value.strip()
        return value.replace(bare, self._retell(bare, depth)) if bare and depth <= _DEEPEST else value


def _sentence(said: str, translation: str) -> Sentence:
    parts = _PLACE.split(said)
    literals, names = parts[::2], parts[1::2]
    shape = re.escape(literals[0])
    for name, literal in zip(names, literals[1:], strict=True):
        anything = _ONE_SENTENCE if not shape and not _NEXT_SENTENCE.match(literal) else ".*?"
        shape += f"(?P<{name}>{_SHAPES.get(name.lower(), anything)}){re.escape(literal)}"
    landmark = max(literals, key=len)
    return Sentence(shape=re.compile(shape, re.DOTALL), landmark=landmark, translation=translation)


@cache
def sentences(language: str) -> Sentences:
    """The sentences of a language, from the file that `make words` makes."""
    return Sentences(language, orjson.loads((LOCALE / language / "sentences.json").read_bytes()))


@lru_cache(_REMEMBERED)
def _remembered(language: str, said: str) -> str:
    return sentences(language).retell(said)


def retold(said: str) -> str:
    """A sentence in the language of the request that is being answered."""
    language = of(request)
    return said if language == ENGLISH or not said else _remembered(language, said)


def retold_json(body: bytes) -> bytes:
    """The JSON body of an answer, with what is for people in the language of the request."""
    language = of(request)
    return body if language == ENGLISH or not body else orjson.dumps(_walk(language, orjson.loads(body)))


def _walk(language: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _member(language, name, inner) for name, inner in value.items()}
    return [_walk(language, inner) for inner in value] if isinstance(value, list) else value


def _member(language: str, name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _remembered(language, value) if value and name in _FOR_PEOPLE else value
    return _walk(language, value)


def install(app: Flask) -> None:
    """Tell refusals in the language of whoever asks, and give the templates the filter `retold`."""
    app.jinja_env.filters["retold"] = retold

    @app.after_request
    def refusal(response: Response) -> Response:
        if response.content_type == refusals.CONTENT_TYPE:
            response.set_data(retold_json(response.get_data()))
            response.vary.update(("Accept-Language", "Cookie"))
        return response
