"""The import rules of pyproject.toml hold, and each of them notices when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "bench",
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


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    return root


def test_the_import_rules_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("services/upload/app.py", "import services.validator.handler", "no service imports another"),
        ("services/eventlog/handler.py", "import gateway.settings", "no service imports another"),
        ("deploy/sample.py", "import bench.people", "What stands on top of what"),
        ("messaging/bus.py", "import contracts.ids", "What stands on top of what"),
        ("web/app.py", "import messaging.message", "know nothing of messages"),
        ("services/upload/relay.py", "import pika", "Only messaging.rabbitmq imports pika"),
        ("gateway/settings.py", "import messaging.rabbitmq", "The gateway speaks HTTP only"),
        ("services/validator/handler.py", "import messaging.rabbitmq", "The RabbitMQ bus is chosen in __main__"),
    ],
)
def test_a_forbidden_import_is_noticed(copy: Path, module: str, line: str, rule: str) -> None:
    path = copy / module
    before = path.read_text("utf-8")
    path.write_text(f"{line}\n{before}", "utf-8")
    try:
        result = lint(copy)
    finally:
        path.write_text(before, "utf-8")
    broken = [told for told in result.stdout.splitlines() if " BROKEN" in told]
    assert result.returncode == 1
    assert any(rule in told for told in broken), result.stdout
