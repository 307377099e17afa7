import re
import stat
from pathlib import Path

import pytest

from deploy.docker.env import filled, main

ROOT = Path(__file__).parents[3]


def test_every_empty_value_gets_a_secret_of_its_own_and_others_stay() -> None:
    text = filled("# words\nBULK_PORT=8080\nA_KEY=\nB_KEY=\n#C_KEY=\n")
    found = re.fullmatch(r"# words\nBULK_PORT=8080\nA_KEY=([0-9a-f]{48})\nB_KEY=([0-9a-f]{48})\n#C_KEY=\n", text)
    assert found is not None
    assert found[1] != found[2]


def test_it_is_written_once_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env.example").write_text("KEY=\n")
    assert main(tmp_path) == 0
    first = (tmp_path / ".env").read_text()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert main(tmp_path) == 0
    assert (tmp_path / ".env").read_text() == first
    assert "left as it is" in capsys.readouterr().out


def test_compose_asks_for_every_secret_of_the_example_and_knows_no_default() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    secrets = set(re.findall(r"^([A-Z_]+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(secrets) > 10
    assert set(re.findall(r"\$\{([A-Z_]+):\?", compose)) == secrets
    assert set(re.findall(r"\$\{([A-Z_]+):-[^}]", compose)) & secrets == set()
    assert not re.search(r"(PASSWORD|KEY): [^$\n]", compose)
