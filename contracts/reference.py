"""The reference pages made from the contracts: `docs/messages.md` and `docs/csv.md`.

`python -m contracts.reference` writes them, `python -m contracts.reference --check` tells which of them are stale.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from inspect import getdoc
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from marshmallow import fields

from contracts.lanes import LARGE, SMALL_BYTES
from contracts.messages import SCHEMAS, Contract, SeatsAcceptedV1
from contracts.problems import CATALOGUE
from contracts.template import CLEAR, OUTCOME_COLUMNS, USER_ID, Column, latest
from contracts.template.header import TOLD_COLUMNS
from contracts.topology import TOPOLOGY

_MADE = "<!-- Made by `make docs` from contracts/: edit there. -->\n"

_MESSAGES_HEAD = f"""# Messages

{_MADE}
All messages go through the topic exchange `{TOPOLOGY.exchange}` with their type as routing key. Those of a large job
(its file has more than {SMALL_BYTES:,} bytes) have their lane behind it, as in `{SeatsAcceptedV1.TYPE}.{LARGE}`, so
that no small job waits for them; the header `x-lane` names it. What other services say and hear has no lane.

The body is JSON. The AMQP properties are `message_id` (the same cause gives the same id, so a message that comes twice
is known by it), `correlation_id` (the job's id), `type` (name and version, as in the routing key), `timestamp`,
`app_id`, `content_type` `application/json` and `delivery_mode` 2. A trace's `traceparent` travels in the headers.

Readers ignore fields that they do not know. A published version is never edited: a `.v2` is added beside it. Times are
ISO 8601 in UTC. How another service uses them is told in [publishing.md](publishing.md).
"""

_CSV_HEAD = f"""# The CSV of Seats

{_MADE}
One row per Seat below a header. The header's names may stand in any order and are matched without regard to case,
spaces, hyphens and underscores, by the name of the column, its label or an alias. Columns that are not required may be
left out. A column that is not known, or two that mean the same, are a problem of the file: nothing is guessed.

- **Encoding**: UTF-8, with or without a byte order mark; UTF-16 with one.
- **Delimiter**: comma, semicolon, tab or `|`, whichever the header uses. Cells may be quoted with `"`, also over lines.
- **Excel workbooks** (`.xlsx`, `.xlsm`) become CSV when they arrive: the first sheet, or the one that is chosen. Cells
  are taken as they are shown: with the zeros of their format, dates as `2026-11-22`, formulas by their last value.
- **Lines** are counted as a spreadsheet does: the header is line 1. Blank lines are skipped and counted.
- **White space** around a cell does not count.
- **Formulas**: one leading `'` before `=`, `+`, `-` or `@` is taken off, so that a summary can be uploaded again.
- **A summary's own columns** ({", ".join(f"`{name}`" for name in OUTCOME_COLUMNS)}) are ignored and made anew.
  So are {", ".join(f"`{name}`" for name in TOLD_COLUMNS)}, which we add to other files that we give back.

If any row has a problem, no Seat of the file is created. The problems are told by line and column.
"""

_CSV_KINDS = f"""## Updating and deleting Seats

A job of the kind `update` or `delete` is about Seats that exist. Each row names one by its User ID, in the column
`{USER_ID}`, as summaries and exported Seats have it. A User ID that no Seat has (`seat_unknown`) or that stands in the
file twice (`duplicate_in_file`) is a problem, and then nothing is changed or deleted.

- **Update**: any of the columns below may be there; none has to. A column that is absent and a blank cell leave the
  value as it is. The word `{CLEAR}` empties it, unless every Seat has one. The other rules are those of new Seats.
- **Delete**: only the User ID counts. The template's other columns may be there and are not looked at.
- **Exported Seats** can be uploaded as they are: an update by an unchanged file changes nothing. Passwords and PINs are
  never exported.
"""


def messages_page() -> str:
    """`docs/messages.md`: queues, and every message with its fields and an example."""
    parts = [_MESSAGES_HEAD, _queues(), *(_message(contract) for contract in get_args(Contract))]
    return "\n".join(parts)


def csv_page() -> str:
    """`docs/csv.md`: how a file is read, every column, and every problem code."""
    template = latest()
    parts = [
        _CSV_HEAD,
        _CSV_KINDS,
        f"## Columns (template version {template.version})\n",
        *_table(_COLUMN_HEAD, _columns()),
    ]
    parts += ["\n### Other names\n", *_table(("Column", "Also read as"), _aliases())]
    parts += ["\n## Problem codes\n", *_table(("Code", "What it means", "What to do"), _problems())]
    return "\n".join(parts) + "\n"


#: The pages, by their path in the repository.
PAGES: Mapping[str, Callable[[], str]] = MappingProxyType({"docs/messages.md": messages_page, "docs/csv.md": csv_page})

_COLUMN_HEAD = ("Column", "Label", "Required", "Rule", "Example", "What it is")


def _columns() -> Iterator[tuple[str, ...]]:
    for column in latest().columns:
        yield (
            f"`{column.name}`",
            column.label,
            _required(column),
            column.rule,
            f"`{column.example}`",
            column.about + (" Kept sealed, never shown." if column.secret else ""),
        )


def _required(column: Column) -> str:
    if column.required_when:
        return f"when `{column.required_when.column}` is {column.required_when.equals}"
    return "yes" if column.required else "no"


def _aliases() -> Iterator[tuple[str, ...]]:
    for column in latest().columns:
        yield f"`{column.name}`", ", ".join((column.label, *column.aliases))


def _problems() -> Iterator[tuple[str, ...]]:
    for kind in CATALOGUE.values():
        yield f'<a id="{kind.code}"></a>`{kind.code}`', kind.title, kind.advice


def _queues() -> str:
    rows = [(f"`{queue.name}`", ", ".join(f"`{key}`" for key in TOPOLOGY.bindings(queue))) for queue in TOPOLOGY.queues]
    return "\n".join(["## Queues\n", *_table(("Queue", "Hears"), rows), ""])


def _message(contract: type[Contract]) -> str:
    example = files("contracts").joinpath(f"examples/{contract.TYPE}.json").read_text("utf-8")
    module = sys.modules[contract.__module__].__doc__ or ""
    rows = [(f"`{name}`", _kind(field)) for name, field in SCHEMAS[contract.TYPE].fields.items()]
    route = module.partition(": ")[2].strip().rstrip(".")
    about = (getdoc(contract) or "").replace("``", "`")
    table = "\n".join(_table(("Field", "Kind"), rows))
    return f"## {contract.TYPE}\n\n{route}\n\n{about}\n\n{table}\n\n```json\n{example}```\n"


_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "UUID": "UUID",
        "AwareDateTime": "time",
        "Tuple": "list",
        "Dict": "object",
        "Words": "object of texts",
        "Lines": "list of integers, ascending",
        "Values": "list of lists of texts and nulls, one for each column",
        "Successful": "object of lists: lines, user_ids",
        "Failed": "list of objects: line, code, message",
    }
)


def _kind(field: "fields.Field[object]") -> str:
    name = type(field).__name__.removesuffix("Field")
    kind = _KINDS.get(name, name.lower())
    return f"{kind} or null" if field.allow_none else kind


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def stale() -> list[str]:
    """The pages whose file is not what the contracts give now."""
    return [path for path, page in PAGES.items() if not Path(path).is_file() or Path(path).read_text("utf-8") != page()]


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` tell which are stale (exit status 1 if any)."""
    if arguments == ["--check"]:
        found = stale()
        sys.stdout.writelines(f"{path} is stale: run `make docs`\n" for path in found)
        return 1 if found else 0
    for path, page in PAGES.items():
        Path(path).write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
