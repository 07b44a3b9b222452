from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.blend import blend
from ldct_viewer.cli import denoise
from ldct_viewer.cli.main import main
from ldct_viewer.denoise.model_file import find_model
from ldct_viewer.volume import Volume
from tests.denoise.helpers import noisy_water, save_tiny, volume
from tests.dicom import make_ct
from tests.shared_data import DATA, needs_data


@pytest.fixture
def scan(tmp_path, monkeypatch) -> Volume:
    """Reader and writer stood in for: what is tested here is the command."""
    scan = volume(noisy_water((4, 32, 32)))
    reader, writer = types.ModuleType("read"), types.ModuleType("formats")
    found = types.SimpleNamespace(image_type=())
    reader.open_series = lambda path, number=None: (found, scan)  # type: ignore[attr-defined]
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


@pytest.mark.parametrize(
    ("out", "code"), [("w.png", 2), ("w.NII", 2), ("w.nii.zip", 2), ("absent/out.mha", 6), ("in", 6)]
)
def test_an_output_that_cannot_be_is_refused_before_any_work(scan, tmp_path, out, code):
    assert command(tmp_path, out=out) == code


@pytest.mark.parametrize(("out", "folder"), [("결과 1.5mm", True), ("v1.2", True), ("a.dcm", False), ("a.NRRD", False)])
def test_a_dot_in_a_folders_name_is_no_ending(out, folder):
    assert denoise._is_dicom(Path(out)) is folder


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_file_where_the_dicom_folder_shall_be_stays_and_is_called_a_file(scan, tmp_path, capsys, force):
    (tmp_path / "out").write_text("precious")
    assert command(tmp_path, *force, out="out") == 6
    assert "OUT is a file" in capsys.readouterr().err and (tmp_path / "out").read_text() == "precious"


@pytest.mark.parametrize("out", ["x.nii.gz", "below/x.mha", "folder"])
def test_nothing_is_written_among_the_images(tmp_path, capsys, out):
    source = tmp_path / "in"
    make_ct.series(source)
    (source / "below").mkdir()
    before = sorted(source.rglob("*"))
    assert main(["denoise", str(source), str(source / out), "--device", "cpu"]) == 6
    told = capsys.readouterr().err
    assert "among the original images" in told and "denoising" not in told
    assert sorted(source.rglob("*")) == before


def test_beside_a_file_there_is_room_for_another(tmp_path):
    make_ct.series(tmp_path / "in")
    first, second = str(tmp_path / "a.nrrd"), str(tmp_path / "b.nrrd")
    assert main(["denoise", str(tmp_path / "in"), first, "--device", "cpu"]) == 0
    assert main(["denoise", first, second, "--device", "cpu"]) == 0


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
def test_a_series_denoised_before_is_said_to_be(tmp_path: Path, capsys) -> None:
    scan, once = tmp_path / "scan", tmp_path / "once"
    make_ct.series(scan)
    assert main(["denoise", str(scan), str(once), "--strength", "0.5"]) == 0
    assert "denoised by this program already" not in capsys.readouterr().err
    assert main(["denoise", str(once), str(tmp_path / "twice.nii.gz")]) == 0
    assert "denoised by this program already" in capsys.readouterr().err


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
