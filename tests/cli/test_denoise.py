from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.blend import blend
from ldct_viewer.cli.main import main
from ldct_viewer.denoise.model_file import find_model
from ldct_viewer.volume import Volume
from tests.denoise.helpers import noisy_water, save_tiny, volume
from tests.shared_data import DATA, needs_data


@pytest.fixture
def scan(tmp_path, monkeypatch) -> Volume:
    """Reader and writer stood in for: what is tested here is the command."""
    scan = volume(noisy_water((4, 32, 32)))
    reader, writer = types.ModuleType("read"), types.ModuleType("formats")
    reader.load = lambda path, number=None: scan  # type: ignore[attr-defined]
    writer.save_volume = lambda v, hu, path, force=False: (np.save(path.open("wb"), hu), ())[1]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ldct_viewer.dicom.read", reader)
    monkeypatch.setitem(sys.modules, "ldct_viewer.dicom.formats", writer)
    (tmp_path / "in").mkdir()
    return scan


def command(tmp_path: Path, *more: str, out: str = "out.nii.gz") -> int:
    return main(["denoise", str(tmp_path / "in"), str(tmp_path / out), "--device", "cpu", *more])


def test_json_names_what_was_done(scan, tmp_path, capsys):
    assert command(tmp_path, "--json", "--strength", "0.5") == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert list(summary) == ["input", "output", "model", "device", "strength", "slices", "seconds"]
    assert summary["model"] == "fast" and summary["device"] == "cpu"
    assert summary["slices"] == 4 and summary["strength"] == 0.5 and summary["seconds"] > 0
    assert "4/4" in captured.err


def test_strength_blends(scan, tmp_path):
    command(tmp_path, "--strength", "1", out="a.mha")
    command(tmp_path, "--strength", "0.25", out="b.mha")
    full, quarter = (np.load(tmp_path / n) for n in ("a.mha", "b.mha"))
    np.testing.assert_array_equal(quarter, blend(scan.hu, full, 0.25))
    assert (full != scan.hu).any()


def test_without_a_strength_the_card_decides(scan, tmp_path, capsys):
    assert command(tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["strength"] == find_model("fast").recommended_strength < 1


def test_an_existing_file_is_kept_unless_forced(scan, tmp_path, capsys):
    (tmp_path / "out.nrrd").write_text("precious")
    assert command(tmp_path, "--json", out="out.nrrd") == 6
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "exists"
    assert (tmp_path / "out.nrrd").read_text() == "precious"
    assert command(tmp_path, "--force", out="out.nrrd") == 0


def test_the_input_file_is_never_overwritten_even_if_forced(scan, tmp_path):
    path = tmp_path / "scan.mha"
    path.write_text("source")
    assert main(["denoise", str(path), str(path), "--force"]) == 6
    assert path.read_text() == "source"


@pytest.mark.parametrize("out", ["out.txt", "absent/out.mha", "in"])
def test_an_output_that_cannot_be_is_refused_before_any_work(scan, tmp_path, out):
    assert command(tmp_path, out=out) == 6


def test_a_missing_input_is_an_input_error(scan, tmp_path):
    assert main(["denoise", str(tmp_path / "nowhere"), str(tmp_path / "o.mha")]) == 3


def test_an_unknown_model_and_an_absent_device_have_their_own_codes(scan, tmp_path):
    assert command(tmp_path, "--model", "nonesuch") == 4
    assert main(["denoise", str(tmp_path / "in"), str(tmp_path / "o.mha"), "--device", "cuda:9"]) == 5
    assert not (tmp_path / "o.mha").exists()


def test_a_model_file_can_be_named(scan, tmp_path, capsys):
    info = save_tiny(tmp_path)
    assert command(tmp_path, "--model", str(info.path), "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == "tiny"


@pytest.mark.parametrize("strength", ["1.5", "-0.1", "nan", "much"])
def test_a_strength_outside_0_to_1_is_wrong_usage(scan, tmp_path, strength):
    with pytest.raises(SystemExit) as caught:
        command(tmp_path, "--strength", strength)
    assert caught.value.code == 2


@needs_data
def test_a_folder_name_makes_a_derived_dicom_series(tmp_path: Path) -> None:
    from ldct_viewer.dicom.scan import scan_paths

    source = DATA / "abdomen-totalsegmentator" / "siemens-3mm-Br38"
    before = {p: p.stat().st_mtime_ns for p in source.rglob("*")}
    assert main(["denoise", str(source), str(tmp_path / "결과"), "--strength", "0.5"]) == 0
    (series,) = scan_paths([tmp_path / "결과"]).series
    assert series.state != "blocked"
    assert series.shape == (20, 512, 512)
    assert "AI denoised 50%" in series.meta.description
    assert {p: p.stat().st_mtime_ns for p in source.rglob("*")} == before
