"""The sentences in the code that are for people, with places for their values: what translators get to see of them.

Services say what happened in English, as plain and formatted strings. Here these are found again by their form, so
that no service has to know of translations. `f"This has {len(text)} characters."` becomes `This has {len} characters.`
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

#: Where sentences for people are written.
_FOLDERS: Final = ("contracts", "csvfile", "gateway", "services", "web")

#: What is said elsewhere (titles of problems), to operators, to programmers, or in the API's description.
_NOT_FOR_PEOPLE: Final = re.compile(
    r"/(__main__|settings|metrics|describe|description|routes|schemas|users|passwords|commands|language_choice|pages)\.py$"
    r"|^contracts/(problems|reference|codec|topology|sealing)\.py$|^contracts/messages/"
    r"|/(relay|client|state|summary|serve|headers|accepted)\.py$"
)

#: Errors for programmers and operators.
_ERRORS: Final = frozenset(
    {"LookupError", "RuntimeError", "SettingError", "TypeError", "ValueError", "Reject", "Retry"}
)

_COUNTED: Final = (
    "row",
    "Seat",
    "problem",
    "chunk",
    "cell",
    "digit",
    "byte",
    "value",
    "character",
    "second",
    "minute",
    "time",
)
_CREATED: Final = ("row", "Seat", "problem")

#: What is put into sentences by functions of its own, or joined from words: not found by its form.
BY_HAND: Final = (
    *(f"{{n}} {noun}{s}" for noun in _COUNTED for s in ("", "s")),
    *(f"{{n}} {words}" for noun in _CREATED for words in (f"{noun} was", f"{noun}s were")),
    *("completed", "completed with errors", "rejected", "failed", "cancelled", "checked"),
    *(f"There is no such {what}." for what in ("job", "upload", "page", "Seat")),
    "one of {choices}",
    "Change the row and upload it again.",
    "{seats} {done}, {failed} failed",
    "{seats} {done}, {failed} failed, {left} not processed",
    "{values} of {seats} would be changed",
    *("create", "update", "delete", "created", "updated", "deleted", "changed"),
    "in line {line}",
    "in line {line}, in the row that begins in line {first},",
    "{column} by the Seat with the User ID {user_id}",
)

_NO_NAMES: Final = frozenset({"self", "len", "counted", "event", "job", "join", "replace", "str"})
_WORDS: Final = re.compile(r"[A-Za-z]{2,}")


def found() -> Iterator[tuple[str, str]]:
    """Every sentence with the file that it stands in."""
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if not _NOT_FOR_PEOPLE.search(name):
                yield from ((name, said) for said in in_code(path.read_text("utf-8")))
    yield from (("deploy/sentences.py", said) for said in BY_HAND)


def in_code(text: str) -> Iterator[str]:
    """The sentences of a module."""
    tree = ast.parse(text)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if _is_silent(node):
            skipped |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.JoinedStr):  # its pieces are no sentences; what is in its places may be
            skipped |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
    describing = {id(inner) for node in ast.walk(tree) if _describes(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in skipped:
            said = _with_places(node).strip()
            if _is_for_people(said, described=id(node) in describing):
                yield said


def _describes(node: ast.AST) -> bool:
    """The rules of columns are told in parts of sentences, by functions of these names."""
    return isinstance(node, ast.FunctionDef) and node.name in ("describe", "rule")


def _is_for_people(said: str, *, described: bool) -> bool:
    words = _WORDS.findall(re.sub(r"\{\w+\}", " ", said))
    if not words or "\n" in said or "%(" in said or said.isupper() or len("".join(words)) < 5:
        return False
    if described:
        return len(words) > 2 or "{" in said
    if said[0].islower() and not said.startswith(("a ", "an ")):
        return len(words) >= 4 and said.endswith(".")
    if said[-1] in ".?:…)" or said.startswith(("a ", "an ", ", ")):
        return len(words) > 1 or "{" in said
    return said[-1] == "}" and said[0].isupper() and len(words) > 1


def _is_silent(node: ast.AST) -> bool:
    """Documentation, lines of the log, and errors that nobody but a programmer sees."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call):
        on = node.func.value if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        return called in _ERRORS or (isinstance(on, ast.Name) and on.id in ("log", "re"))
    return False


def _with_places(node: ast.Constant | ast.JoinedStr) -> str:
    """The text with a place, named for what stands there, for each value."""
    if isinstance(node, ast.Constant):
        return node.value.replace("{}", "{value}") if isinstance(node.value, str) else ""
    parts: list[str] = []
    taken: set[str] = set()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            parts.append("{" + _name(part.value, taken) + "}")
        elif isinstance(part, ast.Constant):
            parts.append(str(part.value))
    return "".join(parts)


def _name(value: ast.expr, taken: set[str]) -> str:
    names = [_named(node) for node in ast.walk(value)]
    base = next((name.strip("_") for name in names if name and name not in _NO_NAMES), "value")
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}{count}"
    taken.add(name)
    return name


def _named(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
