"""Puts the parts together that call a phone system, as the settings say."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from contracts.sealing import Sealer
from database.connection import Database
from services.provisioner.phone_system.calling import Limits
from services.provisioner.phone_system.client import HttpPhoneSystem
from services.provisioner.phone_system.directory import Line, PhoneSystemDirectory
from services.provisioner.phone_system.rate import SharedRate
from services.provisioner.phone_system.settings import PhoneSystemSettings


@contextmanager
def phone_system_directory(
    settings: PhoneSystemSettings, database: Database, queries: Mapping[str, bytes], *, stop: threading.Event
) -> Iterator[PhoneSystemDirectory]:
    """A directory at a phone system; no call begins after ``stop`` is set. Threads and connections end with the block.

    A call must begin while its permit is valid, and takes its timeout at most; only later does the permit expire.
    """
    validity = settings.timeout + 5.0
    phone_system = HttpPhoneSystem(
        settings.url,
        token=settings.token,
        opened=Sealer(settings.sealing_keys).open,
        connections=settings.calls,
        timeout=settings.timeout,
    )
    rate = SharedRate(
        database,
        queries,
        name=settings.url,
        allowance=settings.allowance,
        lease=validity + settings.timeout + 5.0,
    )
    limits = Limits(calls=settings.calls, validity=validity)
    with ThreadPoolExecutor(settings.calls, thread_name_prefix="phone-system") as threads:
        line = Line(phone_system=phone_system, threads=threads, rate=rate, limits=limits, stop=stop)
        try:
            yield PhoneSystemDirectory(database, queries, line)
        finally:
            phone_system.close()
