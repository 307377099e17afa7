"""What operators do with a running system: restart every service in turn, upgrade it, go back, start in any order."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from deploy.embedded.parts import DATABASES, PARTS
from tests.faults.asking import Sender
from tests.faults.broken import Build, Edit, copy
from tests.faults.jobs import Deck, Job
from tests.faults.world import Fault, Steps, World

NAMES = [part.name for part in PARTS]

STREAM_SECONDS = 30.0

_TABLES = {"gateway": "users", "upload": "job", "provisioner": "seats", "eventlog": "job"}
_PACKAGES = {"gateway": "gateway"} | {name: f"services/{name}" for name in DATABASES if name != "gateway"}

_NEWER = Build(
    edits=[
        Edit(
            path="contracts/messages/fields.py",
            old="    @post_load\n    def make(",
            new="    @post_dump\n    def add_remark(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:\n"
            '        return {**data, "remark": {"of": ["a newer build"]}}\n\n'
            "    @post_load\n    def make(",
        ),
        Edit(
            path="contracts/messages/fields.py",
            old="post_load, validate\n",
            new="post_dump, post_load, validate\n",
        ),
    ],
    faults=[],
    shows=frozenset(),
)


def newer(folder: Path) -> Path:
    """The code as a later release will be: every message has a field more, every database a column more."""
    tree = copy(_NEWER, folder)
    for name, table in _TABLES.items():
        migration = tree / _PACKAGES[name] / "sql" / "migrations" / "9999_remark.sql"
        migration.write_text(f"ALTER TABLE {table} ADD COLUMN remark text;\n", "utf-8")
    return tree


def stream(number: int, chance: Random, _: Sender) -> Sequence[Job]:
    """Jobs for as long as the services are restarted one after the other."""
    return Deck(number, chance).stream(STREAM_SECONDS)


def rolling_restart(world: World) -> Steps:
    yield
    for name in world.chance.sample(NAMES, len(NAMES)):
        world.system.renew(name)


def upgrade_and_back(newer: Path) -> Fault:
    """To a newer build, process by process, as if it then showed a defect: back again, on the newer tables."""

    def fault(world: World) -> Steps:
        yield
        world.system.migrate(newer)
        names = world.chance.sample(NAMES, len(NAMES))
        for name in names:
            world.system.renew(name, newer)
        for name in reversed(names):
            world.system.renew(name, world.system.tree)

    return fault


def started_over(world: World) -> Steps:
    """Everything ends and starts again: the services first and in an order by chance, the servers after them."""
    yield
    world.wait(0, 0.8)
    order = world.chance.sample(NAMES, len(NAMES))
    world.notes.append(" ".join(order))
    world.system.start_over(order)
    world.system.wait_until_ready()
