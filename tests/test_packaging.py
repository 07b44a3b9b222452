"""What is built, installed and promised: wheel contents, the README's commands, excluded releases."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXT = {".py", ".toml", ".md", ".json", ".txt", ".sh", ".spec", ".desktop", ".ts", ".qss", ".svg", ".yml", ".cfg"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built).namelist()


def test_wheel_holds_the_package_and_its_resources(wheel):
    assert "ldct_viewer/cli/main.py" in wheel
    ours = [p.relative_to(ROOT).as_posix() for p in (ROOT / "resources").rglob("*") if p.is_file()]
    assert ours and {f"ldct_viewer/{name}" for name in ours} <= set(wheel)


def test_wheel_holds_nothing_else(wheel):
    outside = [n for n in wheel if not n.startswith(("ldct_viewer/", "ldct_viewer-"))]
    stray = [n for n in wheel if "/tests/" in n or "test_" in Path(n).name or "__pycache__" in n]
    assert not outside and not stray


def test_wheel_carries_licence_and_entry_point(wheel):
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
    assert any(name.endswith("entry_points.txt") for name in wheel)


def commands(heading: str) -> list[str]:
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [block.strip() for block in re.findall(r"```\w*\n(.*?)```", section, re.S)]


@pytest.mark.parametrize("heading", ["Run", "Test"])
def test_readme_has_one_command_that_exists(heading):
    (command,) = commands(heading)
    program, script = command.split()
    assert program == "python3" and (ROOT / script).is_file()


def test_ci_runs_the_readmes_test_command():
    script = ROOT / ".ci" / "run"
    assert commands("Test")[0] in script.read_text(encoding="utf-8")
    assert script.stat().st_mode & stat.S_IXUSR


def requirement(name: str) -> Requirement:
    (found,) = (r for r in map(Requirement, PROJECT["dependencies"]) if r.name == name)
    return found


def test_qt_release_that_aborts_is_excluded():
    allowed = requirement("PySide6-Essentials").specifier
    assert "6.12.0" not in allowed and "6.11.3" in allowed and "6.12.1" in allowed


def test_pydicom_release_with_path_traversal_is_excluded():
    allowed = requirement("pydicom").specifier
    assert "3.0.1" not in allowed and "3.0.2" in allowed


@pytest.mark.parametrize("forbidden", ["pylibjpeg-libjpeg", "astra-toolbox", "bm3d", "PySide6", "PyQt5", "PyQt6"])
def test_no_dependency_of_a_foreign_licence_or_a_heavy_twin(forbidden):
    extras = [r for group in PROJECT["optional-dependencies"].values() for r in group]
    assert forbidden.lower() not in {Requirement(r).name.lower() for r in PROJECT["dependencies"] + extras}


def test_python_and_console_script():
    assert PROJECT["requires-python"] == ">=3.11"
    assert PROJECT["scripts"]["ldct-viewer"] == "ldct_viewer.cli.main:main"


def test_no_machine_path_is_written_down():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    if not files:
        pytest.skip("not a git checkout")
    machine = re.compile("/" + r"(?:work|root|tmp/ci)/\w")
    guilty = [
        str(file.relative_to(ROOT))
        for file in files
        if (file.suffix in TEXT or file.name == "run")
        and file.is_file()
        and machine.search(file.read_text(encoding="utf-8"))
    ]
    assert not guilty
