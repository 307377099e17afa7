"""`python -m gateway web`, `migrate`, or what an operator does with users: see `--help`."""

import argparse
import os
import sys
from collections.abc import Callable

from flask import Flask

from database.connection import Database
from database.migrations import migrate
from gateway.app import create_app
from gateway.commands import add_first_user, ask_password
from gateway.passwords import Passwords, WeakPassword
from gateway.settings import SettingError, Settings, from_env
from gateway.users import UserError, Users
from telemetry import failpoints, logs
from web.serve import gunicorn


def app() -> Flask:
    """What gunicorn serves."""
    settings = _settings()
    database = Database(settings.database_url, application_name="gateway", max_size=min(settings.threads, 16))
    return create_app(settings, database)


def main() -> None:
    """Run one command."""
    arguments = _parser().parse_args()
    try:
        settings = _settings()
        database = Database(settings.database_url, application_name="gateway-cli", max_size=1)
        try:
            _COMMANDS[arguments.command](arguments, settings, Users(database, Passwords()))
        finally:
            database.close()
    except (SettingError, UserError, WeakPassword) as error:
        sys.exit(f"gateway: {error}")
    if arguments.command == "web":
        gunicorn("gateway.__main__:app()", settings.listen, threads=settings.threads, name="gateway")


def _settings() -> Settings:
    settings = from_env(os.environ)
    logs.configure("gateway", style="json" if settings.log_style == "json" else "text")
    failpoints.arm(os.environ)
    return settings


def _web(_: argparse.Namespace, settings: Settings, users: Users) -> None:
    add_first_user(users, settings)


def _migrate(_: argparse.Namespace, settings: Settings, users: Users) -> None:
    migrate(settings.database_url, "gateway")
    add_first_user(users, settings)


def _add_user(arguments: argparse.Namespace, _: Settings, users: Users) -> None:
    users.add(account=arguments.account, username=arguments.username, password=ask_password(), role=arguments.role)


_COMMANDS: dict[str, Callable[[argparse.Namespace, Settings, Users], object]] = {
    "web": _web,
    "migrate": _migrate,
    "add-user": _add_user,
    "set-password": lambda arguments, _, users: users.set_password(arguments.username, ask_password()),
    "disable": lambda arguments, _, users: users.disable(arguments.username),
    "enable": lambda arguments, _, users: users.enable(arguments.username),
    "revoke": lambda arguments, _, users: users.revoke(arguments.username),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("web", help="serve the pages and the API")
    commands.add_parser("migrate", help="bring the database up to date; make the first admin (BULK_ADMIN_PASSWORD)")
    add = commands.add_parser("add-user", help="add a user; the password is read from the prompt or standard input")
    add.add_argument("--account", required=True)
    add.add_argument("--username", required=True)
    add.add_argument("--role", choices=("admin", "user"), default="admin")
    for name, says in (
        ("set-password", "set a password and end whatever was signed in with the old one"),
        ("disable", "shut a user out now"),
        ("enable", "let a disabled user sign in again"),
        ("revoke", "end all sessions and tokens of a user"),
    ):
        commands.add_parser(name, help=says).add_argument("--username", required=True)
    return parser


if __name__ == "__main__":
    main()
