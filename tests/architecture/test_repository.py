"""The repository's own rules. Each is a function that finds what breaks it, and is shown to find something."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.topology import TOPOLOGY

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "contracts",
    "csvfile",
    "database",
    "deploy",
    "gateway",
    "messaging",
    "services",
    "settings",
    "telemetry",
    "web",
)

Finder = Callable[[Path, str], list[str]]


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text("utf-8")


def environment_outside_main(path: Path, text: str) -> list[str]:
    """Settings are read once, in `__main__`, and passed down."""
    if path.name == "__main__.py" or path == Path("deploy/demo.py"):
        return []
    return [f"{path}:{n}" for n, line in enumerate(text.splitlines(), 1) if re.search(r"os\.environ|getenv\(", line)]


def domain_words(path: Path, text: str) -> list[str]:
    """messaging moves messages; what they are about is none of its business."""
    found = re.findall(r"(?i)\b\w*(?:seat|account|csv|upload|template|voicemail|phone)\w*\b", text)
    return [f"{path}: {word}" for word in found]


def too_long(path: Path, text: str) -> list[str]:
    """A module fits into the head: 300 lines; a function onto a screen: 60."""
    lines = len(text.splitlines())
    found = [f"{path}: {lines} lines"] if lines > 300 else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            found += [f"{path}:{node.lineno} {node.name}: {length} lines"] if length > 60 else []
    return found


def queue_names(path: Path, text: str) -> list[str]:
    """The topology is a table: no queue's name is written anywhere else."""
    if path == Path("contracts/topology.py"):
        return []
    return [f"{path}: {queue.name}" for queue in TOPOLOGY.queues if f'"{queue.name}' in text]


def patched(path: Path, text: str) -> list[str]:
    """Tests use real parts, or fakes that pass the same tests as the real thing."""
    return [f"{path}: {word}" for word in ("mock.patch", "monkeypatch.setattr", "mocker.") if f"{word}(" in text]


@pytest.mark.parametrize("finder", [environment_outside_main, too_long, queue_names])
def test_the_code_keeps_the_rule(finder: Finder) -> None:
    assert [found for path, text in sources(*PACKAGES, "bench") for found in finder(path, text)] == []


def test_messaging_knows_no_word_of_the_domain() -> None:
    assert [found for path, text in sources("messaging") for found in domain_words(path, text)] == []


def test_no_test_patches_our_own_code() -> None:
    rest = [(p, t) for p, t in sources("tests") if p != Path("tests/architecture/test_repository.py")]
    assert [found for path, text in rest for found in patched(path, text)] == []


@pytest.mark.parametrize(
    ("finder", "text"),
    [
        (environment_outside_main, "import os\nkey = os.environ['KEY']"),
        (environment_outside_main, "from os import getenv\ngetenv('KEY')"),
        (domain_words, "def publish_seats(): ..."),
        (too_long, "\n" * 301),
        (too_long, "def f():\n" + "    x = 1\n" * 61),
        (queue_names, f'declare("{TOPOLOGY.queues[0].name}")'),
        (patched, "mock.patch('x')"),
        (patched, "monkeypatch.setattr(x, 'y', z)"),
    ],
)
def test_a_broken_rule_is_found(finder: Finder, text: str) -> None:
    assert finder(Path("services/upload/app.py"), text)


def test_the_lock_pins_everything_with_hashes_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    assert len(entries) > 30
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in lock


def test_every_direct_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lines = re.findall(r'^ {4}"[a-z].*?".*$', text.split("[tool.ruff]")[0], re.MULTILINE)
    assert len(lines) > 20
    assert [line for line in lines if "#" not in line] == []


def dependency_names(path: Path) -> set[str]:
    project = tomllib.loads(path.read_text("utf-8"))["project"]
    return {re.split(r"[\[<>=~ ]", dependency)[0] for dependency in project["dependencies"]}


def test_the_parts_depend_on_what_the_whole_names() -> None:
    parts = [*(ROOT / "services").glob("*/pyproject.toml"), ROOT / "gateway/pyproject.toml"]
    assert len(parts) == 5
    whole = dependency_names(ROOT / "pyproject.toml")
    assert set().union(*(dependency_names(part) for part in parts)) == whole


def test_importing_a_module_opens_and_builds_nothing() -> None:
    modules = [".".join(path.with_suffix("").parts) for path, _ in sources(*PACKAGES) if path.name != "__main__.py"]
    program = (
        "import importlib, socket, sys, threading\n"
        "import psycopg_pool, pika, flask, urllib3, marshmallow\n"
        "def refuse(*_, **__): raise SystemExit('a socket was opened while importing')\n"
        "socket.socket.connect = refuse; socket.socket.bind = refuse\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "assert threading.active_count() == 1, 'a thread was started while importing'\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *modules], cwd=ROOT, capture_output=True, text=True, check=False, env={}
    )
    assert result.returncode == 0, result.stderr
