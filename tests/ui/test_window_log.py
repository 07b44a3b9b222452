"""The log tells what happened, never to whom or to which file."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from ldct_viewer import log_file
from ldct_viewer.log_file import ScrubbingFormatter, scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "cannot read /home/kim/환자/HONG_GILDONG/IM1",
        "No such file: 'C:\\Users\\kim\\HONG_GILDONG\\a.dcm'",
        r"cannot read \\server\share\HONG_GILDONG\a.dcm",
        "Invalid value for PN: 'HONG_GILDONG^X'",
        'bad name "HONG_GILDONG"',
    ],
)
def test_names_and_paths_are_left_out(text):
    assert "HONG_GILDONG" not in scrubbed(text)


def test_plain_facts_stay():
    assert scrubbed("denoised 148 slices in 4.2 s") == "denoised 148 slices in 4.2 s"


def test_a_traceback_keeps_code_and_loses_values():
    try:
        Path("/home/kim/HONG_GILDONG/missing.dcm").read_bytes()
    except OSError:
        record = logging.LogRecord("ldct_viewer.x", logging.ERROR, "f", 1, "failed", None, sys.exc_info())
    text = ScrubbingFormatter().format(record)
    assert "FileNotFoundError" in text
    assert "test_window_log.py" in text
    assert "HONG_GILDONG" not in text.replace('Path("/home/kim/HONG_GILDONG/missing.dcm")', "")  # the source line


def test_opening_a_series_leaves_no_identity_in_the_log(qtbot, tmp_path, monkeypatch):
    from tests.window_kit import make_window, open_and_wait, write_ct

    monkeypatch.setenv("LDCT_CACHE_DIR", str(tmp_path / "cache"))
    logger = logging.getLogger("ldct_viewer")
    before = list(logger.handlers)
    for handler in before:
        logger.removeHandler(handler)
    try:
        log_file.start_logging()
        window = make_window(qtbot, tmp_path)
        open_and_wait(qtbot, window, write_ct(tmp_path / "HONG_GILDONG"))
        (tmp_path / "KIM_EMPTY").mkdir()
        with qtbot.waitSignal(window.opening.settled, timeout=10000):
            window.opening.open_paths([tmp_path / "KIM_EMPTY"])
        text = log_file.log_path().read_text("utf-8")
    finally:
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        for handler in before:
            logger.addHandler(handler)
    assert "opening failed: empty" in text
    for secret in ("HONG", "Hong", "SECRET-77", "KIM_EMPTY", str(tmp_path)):
        assert secret not in text
