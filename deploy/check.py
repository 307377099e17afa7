"""`make check`: every check runs, also after one has failed; how many failed is said and returned."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    title: str
    argv: Sequence[str]


def checks(folders: Sequence[str]) -> tuple[Check, ...]:
    """All of them, with the tools that are installed beside this Python."""
    tools = Path(sys.executable).parent
    return (
        Check(title="style", argv=[f"{tools}/ruff", "check", *folders]),
        Check(title="format", argv=[f"{tools}/ruff", "format", "--check", *folders]),
        Check(title="types", argv=[f"{tools}/mypy", *folders]),
        Check(title="who imports whom", argv=[f"{tools}/lint-imports"]),
        Check(title="generated pages", argv=[sys.executable, "-m", "contracts.reference", "--check"]),
        Check(title="translations", argv=[sys.executable, "-m", "deploy.catalogue", "--check"]),
    )


def failures(todo: Sequence[Check]) -> list[str]:
    """Run all; the titles of those that failed."""
    failed: list[str] = []
    for check in todo:
        sys.stdout.write(f"== {check.title}\n")
        sys.stdout.flush()
        if subprocess.run(check.argv, check=False).returncode != 0:
            failed.append(check.title)
    return failed


def main(folders: Sequence[str]) -> int:
    todo = checks(folders)
    failed = failures(todo)
    verdict = f"{len(failed)} failed: {', '.join(failed)}" if failed else "all passed"
    sys.stdout.write(f"{len(todo)} checks, {verdict}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
