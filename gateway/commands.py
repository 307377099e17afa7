"""What an operator does with the users, from the command line."""

import getpass
import logging
import sys
from collections.abc import Callable
from typing import TextIO

import psycopg

from database.connection import UNAVAILABLE
from gateway.settings import Settings
from gateway.users import Users

log = logging.getLogger(__name__)

#: The first user's name and account.
FIRST_USER = "admin"
FIRST_ACCOUNT = "main"


def ask_password(source: TextIO = sys.stdin, *, prompt: Callable[[str], str] = getpass.getpass) -> str:
    """A password typed at the prompt, or the first line of what is piped in. Never an argument: those are public."""
    if source.isatty():
        return prompt("Password: ")
    return source.readline().rstrip("\r\n")


def add_first_user(users: Users, settings: Settings) -> None:
    """Make the first admin with the password of the settings, if there is no user yet. Raises `WeakPassword`."""
    if settings.admin_password is None:
        return
    try:
        if users.add_first(account=FIRST_ACCOUNT, username=FIRST_USER, password=settings.admin_password):
            log.info("added the first user=%s account=%s", FIRST_USER, FIRST_ACCOUNT)
    except psycopg.errors.UndefinedTable:
        log.warning("the database has no tables yet: run `python -m gateway migrate`")
    except UNAVAILABLE as error:
        log.warning("the database can't be reached, so the first user was not looked for: %s", error)
