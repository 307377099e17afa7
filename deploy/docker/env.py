"""`make env`: writes .env for Docker compose, each secret of .env.example filled with a random value of its own."""

import re
import secrets
import sys
from pathlib import Path

from deploy.embedded.keys import write_private

_EMPTY = re.compile(r"^(?P<name>[A-Z][A-Z0-9_]*)=$", re.MULTILINE)


def filled(example: str) -> str:
    """The text with a random value for each variable that has none; safe in URLs and for shells."""
    return _EMPTY.sub(lambda found: f"{found['name']}={secrets.token_hex(24)}", example)


def main(folder: Path) -> int:
    target = folder / ".env"
    if target.exists():
        sys.stdout.write(".env is there already; it is left as it is.\n")
        return 0
    write_private(target, filled((folder / ".env.example").read_text("utf-8")))
    sys.stdout.write("Wrote .env. The page's first user is admin; BULK_ADMIN_PASSWORD in .env is the password.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
