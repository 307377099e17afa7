"""Each service's pyproject.toml names all that its processes import: an image holds that and nothing more."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.lock_subset import normalise, read_lock, subset, wanted

PROJECTS = sorted(
    str(path.parent) for path in [Path("gateway/pyproject.toml"), *Path("services").glob("*/pyproject.toml")]
)
PROGRAM = """
import importlib, sys
before = set(sys.modules)
importlib.import_module(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def imported(module: str) -> set[str]:
    """The distributions that are imported with a module, by the modules' names."""
    run = subprocess.run([sys.executable, "-c", PROGRAM, module], capture_output=True, text=True, check=True)
    owners = packages_distributions()
    return {normalise(owner) for name in run.stdout.split() for owner in owners.get(name, [])}


@pytest.mark.parametrize("project", PROJECTS)
def test_a_project_asks_for_what_it_imports(project: str) -> None:
    lock = read_lock(Path("requirements.lock").read_text())
    named = subset(lock, wanted(Path(project, "pyproject.toml").read_text(), []))
    needed = imported(f"{project.replace('/', '.')}.__main__")
    assert len(needed) > 3
    assert needed - {package.name for package in named} == set()
