"""docker-compose.yml keeps to what every version of compose reads, and gives each service the secrets that it needs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")

#: ${NAME}, ${NAME:-default}, ${NAME:?message}, or $$ for a dollar. Only newer versions know others, and one in another.
_PLAIN = re.compile(r"\$\$|\$\{[A-Z][A-Z0-9_]*(:[-?][^${}]*)?\}")


def not_plain(text: str) -> list[str]:
    """Lines with a variable that an older compose refuses."""
    return [f"{n}: {line.strip()}" for n, line in enumerate(text.splitlines(), 1) if "$" in _PLAIN.sub("", line)]


def having(setting: str) -> dict[str, str]:
    """The services with this setting in their environment, and the variable that it is set from."""
    found: dict[str, str] = {}
    service = ""
    for line in COMPOSE.splitlines():
        if name := re.match(r"  ([a-z-]+):", line):
            service = name[1]
        elif value := re.match(rf"      {setting}: \$\{{([A-Z_]+)", line):
            found[service] = value[1]
    return found


@pytest.mark.parametrize("line", ["${A:+${B}}", "${A:-${B}}", "${A:?say ${B}}", "${A:+b}", "${A/b/c}", "$A", "${A"])
def test_what_an_older_compose_refuses_is_found(line: str) -> None:
    assert not_plain(f"K: ${{A}}\nK: {line}\n") == [f"2: K: {line}"]


def test_every_version_of_compose_reads_the_variables() -> None:
    assert COMPOSE.count("${") > 40
    assert not_plain(COMPOSE) == []


def test_the_provisioner_has_the_sealing_key_only_where_it_is_set_for_a_phone_system() -> None:
    keys = having("BULK_SEALING_KEY")
    assert keys == {"validator": "BULK_SEALING_KEY", "provisioner-worker": "BULK_PHONE_SYSTEM_SEALING_KEY"}
    assert len(re.findall(r"\$\{BULK_SEALING_KEY\b", COMPOSE)) == 1
    assert re.search(r"^#BULK_PHONE_SYSTEM_SEALING_KEY=$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
