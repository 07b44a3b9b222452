from __future__ import annotations

import json
from pathlib import Path

import pytest

from ldct_viewer.cli.main import main
from ldct_viewer.errors import EXIT_INPUT
from tests.dicom import make_ct
from tests.shared_data import CASES, CHEST, needs_cases, needs_data

# The stable names of the issue; more may stand beside them.
NAMES = {
    "uid", "description", "modality", "slices", "shape", "spacing_mm", "orientation", "kernel", "kvp",
    "tube_current_ma", "transfer_syntax", "warnings",
}  # fmt: skip


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    code = main(["info", *arguments, "--json"])
    captured = capsys.readouterr()
    return {"code": code, **json.loads(captured.out)}


def test_json_has_the_stable_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_ct.series(tmp_path / "한글")
    (tmp_path / "junk.txt").write_text("x")
    got = report(capsys, str(tmp_path))
    (series,) = got["series"]
    assert got["code"] == 0 and set(series) >= NAMES and "hu_min" not in series
    assert series["shape"] == [6, 24, 32] and series["slices"] == 6
    assert series["spacing_mm"] == pytest.approx([2.5, 0.7, 0.8])
    assert series["orientation"] == [1, 0, 0, 0, 1, 0]
    assert (series["kernel"], series["kvp"], series["tube_current_ma"]) == ("B30f", 120, 57)
    assert series["warnings"] == [] and set(got["ignored"][0]) >= {"path", "reason"}
    assert got["ignored"][0]["path"].endswith("junk.txt")


def test_pixels_add_hu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_ct.series(tmp_path)
    truth = make_ct.pixels().astype(int) - 1024
    (series,) = report(capsys, str(tmp_path), "--pixels")["series"]
    assert (series["hu_min"], series["hu_max"]) == (truth.min(), truth.max())
    assert series["hu_mean"] == pytest.approx(truth.mean(), abs=1e-3)


def test_nothing_to_see_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path)]) == EXIT_INPUT
    assert "empty" in capsys.readouterr().err
    got = report(capsys, str(tmp_path))
    assert got["code"] == EXIT_INPUT and got["series"] == []


def test_a_path_that_never_was_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path / "no")]) == EXIT_INPUT
    told = capsys.readouterr().err
    assert "There is no such file or folder." in told and "Check the path." in told


def test_one_is_said_in_the_singular(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_ct.series(tmp_path, make_ct.pixels(1))
    assert main(["info", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "1 slice of" in out and "1 entry: 1 in series, 0 copies," in out


def test_text_form_names_warnings_and_hides_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_ct.series(tmp_path, change=lambda ds, k: setattr(ds, "SeriesDescription", "a\x1b[31mb"))
    (tmp_path / "x\ny.txt").write_text("x")
    (tmp_path / "IM0002").unlink()
    assert main(["info", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "missing_slices" in out and "\x1b" not in out and "x?y.txt" in out


@needs_cases
def test_padding_counts_in_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    (series,) = report(capsys, str(CASES / "d12-padding-minus2000"), "--pixels")["series"]
    assert series["hu_min"] == -1024


@needs_data
def test_the_chest_series_equals_its_readme(capsys: pytest.CaptureFixture[str]) -> None:
    (series,) = report(capsys, str(CHEST), "--pixels")["series"]
    assert series["shape"] == [148, 512, 512] and series["transfer_syntax"] == "JPEG Lossless SV1"
    assert (series["hu_min"], series["hu_max"]) == (-1024, 1563)
    assert series["hu_mean"] == pytest.approx(-555.645, abs=1e-3)
