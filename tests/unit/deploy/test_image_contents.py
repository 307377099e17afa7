"""Each service's pyproject.toml names all that its processes import: an image holds that and nothing more."""

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.lock_subset import normalise, read_lock, subset, wanted

PROJECTS = sorted(
    str(path.parent) for path in [Path("gateway/pyproject.toml"), *Path("services").glob("*/pyproject.toml")]
)
PROGRAM = """
import importlib, sys
sys.modules.update(dict.fromkeys(("numpy", "PIL", "lxml")))  # openpyxl does without them, as images must
before = set(sys.modules)
importlib.import_module(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


@cache
def imported(module: str) -> frozenset[str]:
    """The top-level names that are imported with a module."""
    run = subprocess.run([sys.executable, "-c", PROGRAM, module], capture_output=True, text=True, check=True)
    return frozenset(run.stdout.split())


def main_module(project: str) -> str:
    return f"{project.replace('/', '.')}.__main__"


@pytest.mark.parametrize("project", PROJECTS)
def test_a_project_asks_for_what_it_imports(project: str) -> None:
    lock = read_lock(Path("requirements.lock").read_text())
    named = subset(lock, wanted(Path(project, "pyproject.toml").read_text(), []))
    owners = packages_distributions()
    needed = {normalise(owner) for name in imported(main_module(project)) for owner in owners.get(name, [])}
    assert len(needed) > 3
    assert needed - {package.name for package in named} == set()


@pytest.mark.parametrize("project", PROJECTS)
def test_an_image_holds_the_packages_of_ours_that_its_service_imports(project: str) -> None:
    recipe, let_through = Path("deploy/docker/Dockerfile").read_text(), Path(".dockerignore").read_text()
    copied = {project.split("/")[0], *re.findall(r"^COPY (\w+) \1$", recipe, re.MULTILINE)}
    ours = {name for name in imported(main_module(project)) if Path(name).is_dir()}
    assert {"contracts", "web"} <= ours
    assert ours - copied == set()
    assert ours - set(re.findall(r"^!(\w+)$", let_through, re.MULTILINE)) == set()
