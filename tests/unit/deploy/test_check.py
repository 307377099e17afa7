import sys

import pytest

from deploy.check import Check, checks, failures


def python(title: str, code: str) -> Check:
    return Check(title=title, argv=[sys.executable, "-c", code])


def test_all_checks_run_also_after_one_has_failed(capfd: pytest.CaptureFixture[str]) -> None:
    todo = [python("a", "raise SystemExit(1)"), python("b", "print('ran b')"), python("c", "raise SystemExit(2)")]
    assert failures(todo) == ["a", "c"]
    assert "ran b" in capfd.readouterr().out


def test_style_types_imports_pages_and_translations_are_all_checked() -> None:
    assert [check.title for check in checks(["web"])] == [
        "style",
        "format",
        "types",
        "who imports whom",
        "generated pages",
        "translations",
    ]
