"""The secrets of one embedded installation: made at its first start, kept beside its data, readable by its owner."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from deploy.embedded.errors import StartFailed

FILE = "keys.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """`access` signs the tokens between services, `sealing` seals secrets of Seats; the others are passwords."""

    access: str = field(repr=False)
    sealing: str = field(repr=False)
    postgres: str = field(repr=False)
    gateway: str = field(repr=False)
    upload: str = field(repr=False)
    provisioner: str = field(repr=False)
    eventlog: str = field(repr=False)
    rabbitmq: str = field(repr=False)
    admin: str = field(repr=False)


def keep(folder: Path, admin_password: str | None) -> Keys:
    """The keys of the folder, made if it has none. A given admin's password counts at the first start only.

    Raises StartFailed where there are data but their keys are gone.
    """
    path = folder / FILE
    if path.exists():
        return Keys(**json.loads(path.read_text()))
    if (folder / "postgres").exists():
        raise StartFailed(
            f"{path} is gone, and without it the data in {folder} can't be opened. "
            "Put it back, choose another BULK_DATA, or remove the folder to begin anew."
        )
    made = {entry.name: secrets.token_urlsafe(32) for entry in fields(Keys)}
    made["admin"] = admin_password or secrets.token_urlsafe(12)
    keys = Keys(**made)
    write_private(path, json.dumps(asdict(keys), indent=1) + "\n")
    return keys


def write_private(path: Path, text: str) -> None:
    """Replace the file whole, readable by its owner only from its first byte on."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
