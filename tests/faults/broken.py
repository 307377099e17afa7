"""Builds that are broken on purpose, each in one of the ways in which such systems are built wrong.

A copy of the code with a few lines edited; the campaign must find out, or it proves nothing.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.parts import ROOT
from tests.faults.campaign import Deal, creations
from tests.faults.changes import changes
from tests.faults.history import Broken

_CODE = ("contracts", "csvfile", "database", "gateway", "messaging", "services", "settings", "telemetry", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`old` stands once in the file."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """`faults` bring it out in the jobs of `deal`; `shows` are the promises of which one at least is then broken."""

    edits: Sequence[Edit]
    faults: Sequence[str]
    shows: frozenset[Broken]
    deal: Deal = creations


BUILDS: Mapping[str, Build] = {
    "ack before publish": Build(
        edits=[
            Edit(
                path="messaging/rabbitmq/bus.py",
                old="        if received is not None and handled(",
                new="        received is None or subscription.acknowledge(received)\n"
                "        if received is not None and handled(",
            ),
            Edit(
                path="messaging/rabbitmq/bus.py",
                old="        ):\n            subscription.acknowledge(received)",
                new="        ):\n            return",
            ),
        ],
        faults=["failpoint consumer.after-read", "failpoint consumer.after-handler"],
        shows=frozenset({Broken.UNFINISHED}),
    ),
    "no chunk key": Build(
        edits=[
            Edit(
                path="services/provisioner/sql/queries.sql",
                old="ON CONFLICT DO NOTHING\nRETURNING\n    provisioned_at,",
                new="ON CONFLICT (account, job_id, chunk) DO UPDATE SET provisioned_at = excluded.provisioned_at\n"
                "RETURNING\n    provisioned_at,",
            ),
            Edit(
                path="services/provisioner/chunk_transaction.py",
                old='if row["made_at"] is not None:',
                new="if False:",
            ),
        ],
        faults=["messages twice"],
        shows=frozenset({Broken.TWO_OUTCOMES}),
    ),
    "no key of changes": Build(
        edits=[
            Edit(
                path="services/provisioner/existing_transaction.py",
                old="        if claimed is None:\n            return None\n",
                new="        if claimed is None:\n"
                "            claimed = {'cancelled': False, 'provisioned_at': datetime.now().astimezone()}\n",
            ),
        ],
        faults=["messages twice"],
        shows=frozenset({Broken.TWO_OUTCOMES}),
        deal=changes,
    ),
    "no outbox": Build(
        edits=[
            Edit(
                path="services/upload/relay.py",
                old="            confirmed, failure = self._publish(due)\n"
                "            outbox.remove(connection, confirmed)",
                new="            outbox.remove(connection, [item.id for item in due])\n"
                "        confirmed, failure = self._publish(due)",
            ),
        ],
        faults=["broker killed"],
        shows=frozenset({Broken.UNFINISHED}),
    ),
}


def copy(build: Build, folder: Path) -> Path:
    """The tree with the edits made."""
    tree = folder / "tree"
    for name in _CODE:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in build.edits:
        path = tree / edit.path
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{edit.path} has changed: {edit.old!r} is there {text.count(edit.old)} times")
        path.write_text(text.replace(edit.old, edit.new), "utf-8")
    return tree
