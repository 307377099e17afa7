"""The command line of `bulk-admin`."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from deploy.admin.broker_address import broker_address
from deploy.admin.desk import Desk
from messaging.dead_letters import Busy
from messaging.errors import BrokerRefused, Unavailable
from messaging.rabbitmq.dead_letters import DeadLetters
from messaging.topology import Topology
from settings import BadSetting

RECORD = "discarded-letters.jsonl"


def run(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    topology: Topology,
    out: TextIO,
    err: TextIO,
    width: int | None,
) -> int:
    """Run one command; the exit status. `width`: columns of the terminal, None where nothing needs to be cut."""
    parser = _parser([queue.name for queue in topology.queues])
    asked = parser.parse_args(arguments)
    if asked.command == "replay" and bool(asked.ids) == asked.all:
        parser.error("replay wants the ids of letters, or --all")
    try:
        dead = DeadLetters(broker_address(asked.amqp_url, env), topology, app_id="bulk-admin")
    except (BadSetting, ValueError) as error:
        err.write(f"bulk-admin: {error}\n")
        return 2
    try:
        with dead as letters:
            return _COMMANDS[asked.command](asked, Desk(letters, out, err, width))
    except (Busy, BrokerRefused, Unavailable, OSError) as error:
        err.write(f"bulk-admin: {error}\n")
        return 1


_COMMANDS: dict[str, Callable[[argparse.Namespace, Desk], int]] = {
    "list": lambda asked, desk: desk.list(asked.queue),
    "show": lambda asked, desk: desk.show(asked.id),
    "replay": lambda asked, desk: desk.replay(asked.ids or None, asked.queue),
    "discard": lambda asked, desk: desk.discard(asked.ids, asked.record),
}


def _parser(queues: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bulk-admin", description="What an operator does by hand.")
    subjects = parser.add_subparsers(dest="subject", required=True)
    subject = subjects.add_parser("dead-letters", help="messages that no try could help")
    commands = subject.add_subparsers(dest="command", required=True)
    listing = _command(commands, "list", "list them; nothing is changed")
    _command(commands, "show", "show all of one; nothing is changed").add_argument("id", metavar="ID")
    replay = _command(commands, "replay", "give them back to their queues, with no tries behind them")
    replay.add_argument("ids", nargs="*", metavar="ID")
    replay.add_argument("--all", action="store_true", help="all that lie there now")
    for one in (listing, replay):
        one.add_argument("--queue", choices=queues, metavar="QUEUE", help="only those of this queue")
    discard = _command(commands, "discard", "remove them for good, keeping a record")
    discard.add_argument("ids", nargs="+", metavar="ID")
    discard.add_argument("--record", type=Path, default=Path(RECORD), help=f"where to keep them (default: {RECORD})")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, says: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=says, description=says)
    command.add_argument("--amqp-url", help="default: BULK_AMQP_URL, else what `make run` wrote")
    return command
