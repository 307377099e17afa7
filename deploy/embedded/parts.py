"""The processes of the product on one machine: a table, and the environment that each is given."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.keys import Keys
from deploy.embedded.ports import HOST
from deploy.embedded.process import Program

ROOT = Path(__file__).resolve().parents[2]
"""The repository: services are started from it, so that their packages are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process: `python -m MODULE ROLE`. `owns` is its database, if it has one."""

    module: str
    role: str
    owns: str | None

    @property
    def service(self) -> str:
        return self.module.rpartition(".")[2]

    @property
    def name(self) -> str:
        return f"{self.service}-{self.role}"


PARTS = (
    Part(module="services.provisioner", role="web", owns="provisioner"),
    Part(module="services.upload", role="web", owns="upload"),
    Part(module="services.eventlog", role="web", owns="eventlog"),
    Part(module="services.eventlog", role="worker", owns="eventlog"),
    Part(module="services.provisioner", role="worker", owns="provisioner"),
    Part(module="services.validator", role="worker", owns=None),
    Part(module="services.upload", role="worker", owns="upload"),
    Part(module="gateway", role="web", owns="gateway"),
)
"""In the order of their start; they are stopped in the opposite one."""

DATABASES = ("gateway", "upload", "provisioner", "eventlog")

_MODULES = {part.service: part.module for part in PARTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all processes have in common: `ports` by the name of the part, `databases` are URLs by service."""

    data: Path
    ports: Mapping[str, int]
    databases: Mapping[str, str]
    amqp_url: str
    keys: Keys
    base: Mapping[str, str]

    def environment(self, part: Part) -> dict[str, str]:
        """Its settings: those that are the same for all, and its own database, broker and keys."""
        listen = f"{HOST}:{self.ports[part.name]}"
        env = {**self.base, "PYTHONUNBUFFERED": "1", "BULK_AMQP_DECLARE": "yes"}
        for service in ("upload", "provisioner", "eventlog"):
            env[f"BULK_{service.upper()}_URL"] = f"http://{HOST}:{self.ports[f'{service}-web']}"
        env["BULK_ACCESS_KEY"] = self.keys.access
        if part.owns is not None:
            env["BULK_DATABASE_URL"] = self.databases[part.owns]
        if part.service == "upload":
            env["BULK_SOURCES"] = str(self.data / "sources")
        if part.service == "validator":
            env["BULK_SEALING_KEY"] = self.keys.sealing
            env["BULK_SPOOL"] = str(self.data / "spool")
        if part.name == "provisioner-worker" and env.get("BULK_PHONE_SYSTEM_URL"):
            env["BULK_SEALING_KEY"] = self.keys.sealing
        if part.service == "gateway":
            env["BULK_ADMIN_PASSWORD"] = self.keys.admin
        if part.role == "web":
            env["BULK_LISTEN"] = listen
        else:
            env["BULK_HEALTH_LISTEN"] = listen
            env["BULK_AMQP_URL"] = self.amqp_url
        return env

    def program(self, part: Part) -> Program:
        argv = [sys.executable, "-m", part.module, part.role]
        return Program(name=part.name, argv=argv, env=self.environment(part), cwd=ROOT, grace=35)

    def migration(self, service: str) -> Program:
        """The run that brings a service's database up to date; its output goes to a log file."""
        part = next(part for part in PARTS if part.owns == service and part.role == "web")
        argv = [sys.executable, "-m", _MODULES[service], "migrate"]
        log = self.data / f"migrate-{service}.log"
        return Program(name=f"{service}-migrate", argv=argv, env=self.environment(part), cwd=ROOT, log=log)

    def ready_url(self, part: Part) -> str:
        return f"http://{HOST}:{self.ports[part.name]}/readyz"
