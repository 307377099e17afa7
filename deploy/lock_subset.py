"""Prints the part of requirements.lock that some dependency lists need: `lock_subset.py PYPROJECT… [--extra NAME]`.

So that a machine, or an image, installs what it runs and nothing else, always in the locked versions with their
hashes. Which package needs which is read from the lock's own `# via` comments. Standard library only: it runs before
anything is installed.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One package of the lock: its lines as they stand there, and who needs it (normalised names)."""

    name: str
    text: str
    needed_by: frozenset[str]


def normalise(requirement: str) -> str:
    """The package's name in a requirement, in the one spelling that compares (PEP 503)."""
    found = _NAME.match(requirement.strip())
    if found is None:
        raise ValueError(f"not a requirement: {requirement!r}")
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def read_lock(text: str) -> list[Locked]:
    """The packages of a lock file, in its order."""
    entries: list[list[str]] = []
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            entries.append([])
        if entries and line.strip():
            entries[-1].append(line)
    return [_locked(lines) for lines in entries]


def _locked(lines: Sequence[str]) -> Locked:
    """An entry: a requirement, its hashes, and `# via NAME` or `# via` with a name on each comment line after it."""
    comments = [line.strip().removeprefix("#").strip() for line in lines if line.strip().startswith("#")]
    names = (comment.removeprefix("via").strip() for comment in comments)
    return Locked(
        name=normalise(lines[0]),
        text="".join(f"{line}\n" for line in lines if not line.strip().startswith("#")),
        needed_by=frozenset(normalise(name) for name in names if name),
    )


def wanted(pyproject: str, extras: Iterable[str]) -> set[str]:
    """The names of the packages that a pyproject.toml asks for itself, with those of its extras."""
    project = tomllib.loads(pyproject)["project"]
    requirements: list[str] = list(project.get("dependencies", []))
    for extra in extras:
        requirements += project.get("optional-dependencies", {}).get(extra, [])
    return {normalise(requirement) for requirement in requirements}


def subset(lock: Sequence[Locked], names: Iterable[str]) -> list[Locked]:
    """The packages of these names and all that they need, in turn.

    Raises KeyError for a name that the lock does not have.
    """
    missing = set(names) - {package.name for package in lock}
    if missing:
        raise KeyError(*sorted(missing))
    kept = set(names)
    grown = True
    while grown:
        more = {package.name for package in lock if package.needed_by & kept} - kept
        kept |= more
        grown = bool(more)
    return [package for package in lock if package.name in kept]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Print the part of requirements.lock that the named projects need.")
    parser.add_argument("pyproject", nargs="+", type=Path)
    parser.add_argument("--extra", action="append", default=[], help="also the packages of this extra")
    parser.add_argument("--lock", type=Path, default=Path("requirements.lock"))
    options = parser.parse_args(arguments)
    names = set[str]().union(*(wanted(path.read_text(), options.extra) for path in options.pyproject))
    try:
        packages = subset(read_lock(options.lock.read_text()), names)
    except KeyError as error:
        sys.stderr.write(f"{options.lock} lacks {', '.join(error.args)}: `make lock` makes it anew.\n")
        return 1
    sys.stdout.write("".join(package.text for package in packages))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
