from pathlib import Path

import pytest

from deploy.lock_subset import main, normalise, read_lock, subset, wanted

LOCK = """\
flask==3.1.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via bulk-manager (pyproject.toml)
jinja2==3.1.6 \\
    --hash=sha256:cc
    # via flask
markupsafe==3.0.4 ; sys_platform != 'win32' \\
    --hash=sha256:dd
    # via
    #   flask
    #   jinja2
pytest==9.2.0 \\
    --hash=sha256:ee
    # via
    #   bulk-manager (pyproject.toml)
    #   pytest-cov
zope-interface==7.0 \\
    --hash=sha256:ff
    # via bulk-manager (pyproject.toml)
"""
PYPROJECT = """\
[project]
name = "x"
dependencies = ["Flask>=3.1"]
[project.optional-dependencies]
test = ["pytest>=9"]
more = ["zope.interface[test]>=7"]
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    lock, pyproject = tmp_path / "requirements.lock", tmp_path / "pyproject.toml"
    lock.write_text(LOCK)
    pyproject.write_text(PYPROJECT)
    return lock, pyproject


def test_entries_know_who_needs_them_on_one_line_or_several() -> None:
    needed = {package.name: package.needed_by for package in read_lock(LOCK)}
    assert needed["jinja2"] == {"flask"}
    assert needed["markupsafe"] == {"flask", "jinja2"}
    assert needed["pytest"] == {"bulk-manager", "pytest-cov"}


def test_a_subset_is_closed_over_what_is_needed_in_turn() -> None:
    assert [package.name for package in subset(read_lock(LOCK), {"flask"})] == ["flask", "jinja2", "markupsafe"]


def test_extras_are_asked_for_by_name() -> None:
    assert wanted(PYPROJECT, []) == {"flask"}
    assert wanted(PYPROJECT, ["test", "more"]) == {"flask", "pytest", "zope-interface"}


@pytest.mark.parametrize("name", ["Zope.Interface", "zope_interface>=7", "zope-interface[test] ; python_version>'3'"])
def test_names_compare_in_one_spelling(name: str) -> None:
    assert normalise(name) == "zope-interface"


def test_what_is_no_requirement_is_refused() -> None:
    with pytest.raises(ValueError, match="not a requirement"):
        normalise("-r other.txt")


def test_the_output_has_versions_markers_and_hashes_and_no_comments(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    lock, pyproject = files
    assert main([str(pyproject), "--lock", str(lock)]) == 0
    expected = "\n".join(line for line in LOCK.splitlines()[:11] if "#" not in line and "via" not in line)
    assert capsys.readouterr().out.strip() == expected


def test_a_dependency_that_is_not_locked_is_named(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    lock, pyproject = files
    pyproject.write_text(PYPROJECT.replace("Flask", "django"))
    assert main([str(pyproject), "--lock", str(lock)]) == 1
    assert "lacks django" in capsys.readouterr().err


@pytest.mark.parametrize("project", ["pyproject.toml", *map(str, Path().glob("services/*/pyproject.toml"))])
def test_the_repositorys_own_lock_has_all_that_its_projects_need(project: str) -> None:
    names = wanted(Path(project).read_text(), [])
    packages = subset(read_lock(Path("requirements.lock").read_text()), names)
    assert names <= {package.name for package in packages}
    assert all("--hash=sha256:" in package.text for package in packages)
