"""The command line's frame: help is fast, errors become exit codes, JSON stays on stdout."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from types import ModuleType

import pytest

from ldct_viewer import __version__
from ldct_viewer.cli import main as cli
from ldct_viewer.errors import Cancelled, DeviceError, LdctError, ModelError, OpenError, WriteError

HEAVY = ("torch", "PySide6", "pyqtgraph", "SimpleITK", "scipy", "skimage", "imagecodecs", "pydicom")


@pytest.fixture
def command(monkeypatch):
    """A sub-command whose deed the test decides."""
    module = ModuleType("ldct_viewer.cli.deed")
    module.deed = lambda: 0
    module.configure = lambda parser: parser.add_argument("--json", action="store_true")
    module.run = lambda args: module.deed()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(cli.COMMANDS, "deed", "do what the test says")
    return module


def raising(error: BaseException):
    def deed():
        raise error

    return deed


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OpenError("no CT"), 3),
        (ModelError("foreign"), 4),
        (DeviceError("no CUDA"), 5),
        (WriteError("exists"), 6),
        (LdctError("other"), 1),
        (Cancelled(), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_the_documented_exit_codes(command, error, code):
    command.deed = raising(error)
    assert cli.main(["deed"]) == code


def test_an_error_is_told_on_stderr_with_its_hint_and_file(command, capsys):
    command.deed = raising(OpenError("The file is cut.", "Copy it again.", "/scans/a.dcm", code="truncated"))
    cli.main(["deed"])
    out, err = capsys.readouterr()
    assert out == ""
    assert "The file is cut." in err and "Copy it again." in err and "a.dcm" in err and "Traceback" not in err


def test_json_says_the_error_on_stdout(command, capsys):
    command.deed = raising(OpenError("The file is cut.", "Copy it again.", "a.dcm", code="truncated"))
    assert cli.main(["deed", "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error == {"code": "truncated", "message": "The file is cut.", "hint": "Copy it again.", "path": "a.dcm"}


def test_an_unexpected_failure_is_not_swallowed(command):
    command.deed = raising(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["deed"])


def test_wrong_usage_ends_with_2():
    with pytest.raises(SystemExit) as end:
        cli.main(["--no-such-option"])
    assert end.value.code == 2


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_exists_and_has_help(name, capsys):
    assert importlib.util.find_spec(f"ldct_viewer.cli.{name}"), f"COMMANDS names {name}, cli/{name}.py is missing"
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert "exit codes" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in sorted(cli.COMMANDS))])
def test_help_loads_nothing_heavy(arguments):
    script = (
        "import sys\nfrom ldct_viewer.cli.main import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_the_window_is_opened_with_what_was_named(monkeypatch):
    app = ModuleType("ldct_viewer.app")
    seen = {}

    def run_window(paths, demo, screenshot):
        seen.update(paths=paths, demo=demo, screenshot=screenshot)
        return 0

    app.run_window = run_window
    monkeypatch.setitem(sys.modules, "ldct_viewer.app", app)
    assert cli.main(["a", "b", "--screenshot", "x.png"]) == 0
    assert seen == {"paths": ["a", "b"], "demo": False, "screenshot": "x.png"}


def test_an_expected_failure_of_the_window_is_a_line_and_a_code(monkeypatch, capsys):
    app = ModuleType("ldct_viewer.app")
    app.run_window = lambda *args, **kwargs: raising(OpenError("Nothing there."))()
    monkeypatch.setitem(sys.modules, "ldct_viewer.app", app)
    assert cli.main(["nowhere"]) == 3
    assert "Nothing there." in capsys.readouterr().err
