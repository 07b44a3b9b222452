"""The command line's frame: help is fast, errors become exit codes, JSON stays on stdout."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from ldct_viewer import __version__
from ldct_viewer.cli import main as cli
from ldct_viewer.errors import Cancelled, DeviceError, LdctError, ModelError, OpenError, WriteError

ROOT = Path(__file__).resolve().parents[2]
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


posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_ended_from_outside_is_ended_as_by_ctrl_c(command, capsys, name):
    """What was begun is tidied away, undisturbed by a second signal; afterwards the signal is as it was."""
    number, tidied = getattr(signal, name), []

    def deed():
        try:
            os.kill(os.getpid(), number)
            time.sleep(30)
        finally:
            os.kill(os.getpid(), signal.SIGHUP)
            tidied.append(True)

    command.deed = deed
    assert cli.main(["deed"]) == 130
    assert tidied and "Cancelled" in capsys.readouterr().err
    assert signal.getsignal(number) is signal.SIG_DFL


@posix
def test_what_nohup_ignores_stays_ignored(command):
    command.deed = lambda: os.kill(os.getpid(), signal.SIGHUP) or 0
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert cli.main(["deed"]) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


@posix
def test_serve_keeps_its_own_way_to_end(command, monkeypatch):
    seen = []
    command.deed = lambda: seen.append(signal.getsignal(signal.SIGHUP)) or 0
    monkeypatch.setitem(sys.modules, "ldct_viewer.cli.serve", command)
    assert cli.main(["serve"]) == 0 and seen == [signal.SIG_DFL]


def test_what_was_kept_is_said_at_ctrl_c(command, capsys):
    command.deed = raising(KeyboardInterrupt("Interrupted; it is kept."))
    assert cli.main(["deed"]) == 130
    assert capsys.readouterr().err == "Interrupted; it is kept.\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the disk that is always full is Linux's")
@pytest.mark.parametrize("words", ["info no --json", "train --list"])
def test_a_full_disk_behind_stdout_is_a_sentence(words, tmp_path):
    """Found where it is said and where Python would find it at its end."""
    with open("/dev/full", "w") as full:
        done = run(words, tmp_path, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 6
    assert "could not be written" in done.stderr and "Traceback" not in done.stderr and "Exception" not in done.stderr


@posix
def test_a_pipe_that_nobody_reads_is_quiet(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    done = run("train --list", tmp_path, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@posix
def test_work_goes_on_where_nobody_reads_its_notes(command, monkeypatch):
    """``denoise IN OUT 2>&1 | head`` had ended with 0 and without OUT."""
    reading, writing = os.pipe()
    os.close(reading)
    done = []

    def deed():
        for _ in range(2):
            print("a note", file=sys.stderr, flush=True)
        done.append(True)
        return 0

    command.deed = deed
    with open(writing, "w", buffering=1) as unread:
        monkeypatch.setattr(sys, "stderr", unread)
        assert cli.main(["deed"]) == 0 and done
        assert sys.stderr is unread


def run(words: str, folder: Path, **streams) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LDCT_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ldct_viewer", *words.split()]
    return subprocess.run(command, cwd=folder, env=environment, text=True, check=False, **streams)


@pytest.mark.parametrize(("typed", "meant"), [("inof", "info"), ("denoice", "denoise"), ("trian", "train")])
def test_a_mistyped_command_opens_no_window(typed, meant, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        cli.main([typed, "a"])
    assert end.value.code == 2 and f"did you mean {meant}?" in capsys.readouterr().err


def test_a_folder_called_almost_like_a_command_is_opened(tmp_path, monkeypatch):
    app = ModuleType("ldct_viewer.app")
    app.run_window = lambda paths, **_: 0 if paths == ["inof"] else 1
    monkeypatch.setitem(sys.modules, "ldct_viewer.app", app)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inof").mkdir()
    assert cli.main(["inof"]) == 0


def test_an_empty_name_opens_no_window(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([""])
    assert end.value.code == 2 and "empty" in capsys.readouterr().err
