"""No patient identity in anything the program writes (issue 5 part 4): one marked patient through every command.

Who may keep identity: a derived series that is not de-identified (it belongs to the patient); stdout of ``info``,
which was asked for it; the list of recent folders (paths, never tags, and nothing at all in anonymous mode); the
record by which an interrupted training, export or sending is found again (paths, in the user's private folder).
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ldct_viewer import log_file
from ldct_viewer.cli.main import main

from ..window_kit import make_window, open_and_wait
from .canary import PLACE, TOKEN, UID_TOKEN, hits, marked_series, unpacked

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All places the program writes to of its own accord, in one folder, with a log of everything."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name, variable in (("cache", "LDCT_CACHE_DIR"), ("data", "LDCT_DATA_DIR"), ("settings.ini", "LDCT_SETTINGS")):
        monkeypatch.setenv(variable, str(folder / name))
    monkeypatch.setenv("LDCT_LOG_LEVEL", "DEBUG")
    logger = logging.getLogger("ldct_viewer")
    before, level = list(logger.handlers), logger.level
    for handler in before:
        logger.removeHandler(handler)
    log_file.start_logging()
    logger.setLevel("DEBUG")
    yield folder
    for handler in list(logger.handlers):
        handler.close()
        logger.removeHandler(handler)
    for handler in before:
        logger.addHandler(handler)
    logger.setLevel(level)


def nothing_in(*places: Path) -> None:
    for token in (TOKEN, UID_TOKEN):
        assert not hits(*places, token=token)


def test_the_search_finds_what_is_hidden(tmp_path: Path) -> None:
    import gzip
    import zipfile

    (tmp_path / "a.gz").write_bytes(gzip.compress(TOKEN.encode()))
    (tmp_path / "b.txt").write_bytes(TOKEN.lower().encode("utf-16"))
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", TOKEN)
    (tmp_path / f"{TOKEN}.png").write_bytes(b"")
    assert len(hits(tmp_path)) == 4
    assert hits(marked_series(tmp_path / "source"))


def test_info_denoise_simulate_and_evaluate_write_no_identity(home: Path, tmp_path: Path, capsys) -> None:
    source, out = marked_series(tmp_path / PLACE), tmp_path / "out"
    out.mkdir()
    for command in (
        ["info", str(source), "--json"],
        ["denoise", str(source), str(out / "volume.nii.gz"), "--device", "cpu"],
        ["denoise", str(source), str(out / "volume.nrrd"), "--device", "cpu"],
        ["evaluate", str(source), "--json", "--html", str(out / "page.html")],
    ):
        code = main(command)
        said = capsys.readouterr()
        assert code == 0, said.err
        if command[0] != "info":  # which was asked who it is
            assert TOKEN not in said.out + said.err
        if command[0] == "evaluate":
            (out / "report.json").write_text(said.out, encoding="utf-8")
    nothing_in(out, home)
    assert not hits(home, token=PLACE)
    assert main(["denoise", str(source), str(tmp_path / "derived"), "--device", "cpu"]) == 0
    assert hits(tmp_path / "derived")  # it is the patient's own series
    nothing_in(home)
    assert not hits(home, token=PLACE)


def test_a_deidentified_export_carries_none(home: Path, tmp_path: Path) -> None:
    from ldct_viewer.dicom.derive import ExportOptions, write_derived

    from ..dicom.derive_kit import DENOISED, opened

    found, volume = opened(marked_series(tmp_path / PLACE))
    write_derived(found, volume.hu, tmp_path / "out", DENOISED, ExportOptions(deidentify=True), volume=volume)
    nothing_in(tmp_path / "out", home)
    assert not hits(tmp_path / "out", home, token=PLACE)


def test_a_failure_is_logged_without_path_or_name(home: Path, tmp_path: Path, capsys) -> None:
    source = marked_series(tmp_path / PLACE)
    for k in range(6):
        os.truncate(source / f"slice{k}.dcm", 3000)
    main(["denoise", str(source), str(tmp_path / "x.nii.gz"), "--device", "cpu"])
    capsys.readouterr()
    try:
        raise ValueError(f"cannot read '{source}/slice1.dcm' of '{TOKEN}'")
    except ValueError:
        logging.getLogger("ldct_viewer.test").exception("it failed for '%s' in %s", TOKEN, source)
    text = log_file.log_path().read_text(encoding="utf-8")
    assert "it failed" in text and "ValueError" in text
    nothing_in(home)
    assert not hits(home, token=PLACE)


def test_training_keeps_no_identity_in_model_card_weights_and_records(home: Path, tmp_path: Path, capsys) -> None:
    pytest.importorskip("lightning_fabric", reason="lightning-fabric is not installed")
    source = marked_series(tmp_path / PLACE, count=12, size=64)
    steps = ["--steps", "2", "--interval", "1", "--batch", "1", "--threads", "1", "--device", "cpu", "--json"]
    code = main(["train", str(source), *steps])
    said = capsys.readouterr()
    assert code in (0, 8), said.err[-500:]
    assert list((home / "data").rglob("*")), "training wrote nothing: the test shows nothing"
    nothing_in(home)
    places = hits(home, token=PLACE)
    assert all("run" in place for place in places), places  # only the record by which a training is resumed


def test_a_simulated_series_leaves_identity_nowhere_but_in_itself(home: Path, tmp_path: Path, capsys) -> None:
    source = marked_series(tmp_path / PLACE, count=3)
    assert main(["simulate", str(source), str(tmp_path / "low"), "--dose", "0.5", "--kernel", "standard"]) == 0
    said = capsys.readouterr()
    assert TOKEN not in said.out + said.err
    assert hits(tmp_path / "low")  # it is the patient's own series
    nothing_in(home)
    assert not hits(home, token=PLACE)


def test_the_send_queue_keeps_paths_and_no_identity(home: Path, tmp_path: Path) -> None:
    from ldct_viewer.cancel import CancelToken
    from ldct_viewer.pacs.queue import SendQueue

    source = marked_series(tmp_path / PLACE, count=2)
    queue = SendQueue()
    queue.enqueue(sorted(source.iterdir()), "archive")
    queue.run([], CancelToken(), wait=False)  # a node nobody knows: the failure is noted and logged
    assert queue.items()[0].message
    nothing_in(home)
    places = hits(home, token=PLACE)
    assert places and all(place.startswith("data/send-queue") for place in places), places


CRASH = """
import os, sys
from ldct_viewer import log_file
from ldct_viewer.dicom.read import load
log_file.start_logging()
def patient(volume, name):
    os.abort()
volume = load(sys.argv[1])
patient(volume, volume.meta.patient_name)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_the_log_of_a_native_crash_says_where_and_not_who(home: Path, tmp_path: Path) -> None:
    source = marked_series(tmp_path / PLACE, count=2)
    command = [sys.executable, "-c", CRASH, str(source)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, timeout=120)
    assert done.returncode < 0
    (crash,) = home.rglob("crash.log")
    assert "Abort" in crash.read_text(encoding="utf-8") and "in patient" in crash.read_text(encoding="utf-8")
    nothing_in(home)
    assert not hits(home, token=PLACE)


def shown(window) -> list[str]:
    """Texts with the token that a picture of the window would show: labels, buttons, overlays of the views."""
    from PySide6 import QtWidgets

    from ldct_viewer.ui.views import overlay_text

    texts = [label.text() for label in window.findChildren(QtWidgets.QLabel) if label.isVisible()]
    texts += [button.text() for button in window.findChildren(QtWidgets.QAbstractButton) if button.isVisible()]
    for view in window.page.views.values() if hasattr(window.page, "views") else ():
        texts += overlay_text.top_left(view) + overlay_text.top_right(view)
    model = window.opening.model
    texts += [str(model.data(model.index(row), role)) for row in range(model.rowCount()) for role in (0, 3)]
    for row in range(window.notes.topLevelItemCount()):
        texts += texts_below(window.notes.topLevelItem(row))
    return [text for text in texts if TOKEN in text or PLACE in text]


def texts_below(row) -> list[str]:
    """Texts and tool tips of a row of a tree, and of all below it."""
    below = [text for n in range(row.childCount()) for text in texts_below(row.child(n))]
    return [row.text(0), row.toolTip(0), *below]


@pytest.mark.skipif(sys.platform == "win32", reason="offscreen window")
def test_anonymous_mode_holds_in_window_settings_and_pictures(
    home: Path, tmp_path: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = marked_series(tmp_path / PLACE, count=8)
    (source / f"{TOKEN}.txt").write_text("report")
    window = make_window(qtbot, home, anonymous=True)
    assert window.state.anonymous
    open_and_wait(qtbot, window, source)
    assert window.notes._ignored
    assert TOKEN not in window.windowTitle() and PLACE not in window.windowTitle()
    assert not shown(window)
    window.viewing.toggle_anonymous()
    assert shown(window), "nothing is shown without the mode either: the test shows nothing"
    assert f"{TOKEN}.txt" in shown(window)
    window.viewing.toggle_anonymous()
    assert not shown(window)
    assert TOKEN not in window.exporting.suggested_name(".png")
    picture = tmp_path / "picture.png"
    from ldct_viewer.ui import screenshot

    window.settings.store.sync()
    with monkeypatch.context() as patch:
        patch.setattr(screenshot.QtWidgets.QApplication, "instance", lambda: None)  # the other tests go on
        screenshot.Screenshot(window, picture)._save()  # as --screenshot does at its end
    nothing_in(home, picture)
    assert not hits(home, picture, token=PLACE)
    assert list(unpacked(picture.read_bytes()))


@pytest.mark.skipif(sys.platform == "win32", reason="offscreen window")
def test_without_anonymous_mode_only_the_recent_list_keeps_the_folder(home: Path, tmp_path: Path, qtbot) -> None:
    source = marked_series(tmp_path / PLACE, count=8)
    window = make_window(qtbot, home)
    open_and_wait(qtbot, window, source)
    window.settings.store.sync()
    window.close()
    nothing_in(home)
    assert hits(home, token=PLACE) == ["settings.ini"]
    assert json.dumps([str(p) for entry in window.settings.recent() for p in entry]).count(PLACE) == 1
