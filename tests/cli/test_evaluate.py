"""``ldct-viewer evaluate`` on files, as a person would call it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its usual name

from ldct_viewer.cli.main import main
from ldct_viewer.errors import EXIT_INPUT, EXIT_OUTPUT


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """low.mha (noise 20 HU), half.mha (10 HU), truth.mha: a round body in air."""
    folder = tmp_path_factory.mktemp("volumes")
    y, x = np.mgrid[0:192, 0:192]
    truth = np.where(np.hypot(y - 96, x - 96) < 80, 40, -1000)[None] * np.ones((4, 1, 1))
    noise = np.random.default_rng(0).normal(0, 20, truth.shape) * (truth > 0)
    for name, hu in (("low", truth + noise), ("half", truth + noise / 2), ("truth", truth)):
        image = sitk.GetImageFromArray(np.rint(hu).astype(np.int16))
        image.SetSpacing((0.8, 0.8, 2.0))
        sitk.WriteImage(image, str(folder / f"{name}.mha"))
    return folder


def test_json_with_reference_and_low_dose(files, capsys):
    image, reference, low = (str(files / f"{n}.mha") for n in ("half", "truth", "low"))
    assert main(["evaluate", image, "--reference", reference, "--low", low, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["similarity"]["gain"]["abdomen"]["psnr_db"] == pytest.approx(6.0, abs=0.2)
    assert report["input"] == {"image": image, "low": low, "reference": reference}


def test_lines_for_a_person_without_a_reference(files, capsys):
    assert main(["evaluate", str(files / "low.mha")]) == 0
    out = capsys.readouterr().out
    assert "noise of image in soft tissue: 20." in out or "noise of image in soft tissue: 19." in out


def test_page_is_written_once(files, tmp_path, capsys):
    arguments = [
        "evaluate",
        str(files / "half.mha"),
        "--low",
        str(files / "low.mha"),
        "--html",
        str(tmp_path / "q.html"),
    ]
    assert main(arguments) == 0
    assert "Structure leakage" in (tmp_path / "q.html").read_text(encoding="utf-8")
    assert main(arguments) == EXIT_OUTPUT
    assert main([*arguments, "--force"]) == 0


@pytest.mark.parametrize(("page", "told"), [("absent/q.html", "does not exist"), ("folder", "is a folder")])
def test_a_page_that_cannot_be_is_refused_before_any_reading(files, tmp_path, capsys, page, told):
    (tmp_path / "folder").mkdir()
    assert main(["evaluate", str(files / "half.mha"), "--html", str(tmp_path / page), "--force"]) == EXIT_OUTPUT
    error = capsys.readouterr().err
    assert told in error and "reading" not in error


@pytest.mark.parametrize("option", ["--reference", "--low"])
def test_a_path_that_never_was_is_told_before_any_reading(files, tmp_path, capsys, option):
    assert main(["evaluate", str(files / "half.mha"), option, str(tmp_path / "no")]) == EXIT_INPUT
    error = capsys.readouterr().err
    assert "There is no such file or folder." in error and "reading" not in error


def test_the_series_is_the_one_that_info_numbers(files, tmp_path, capsys):
    """Of the reference it is still the largest that is taken."""
    for name in ("low", "truth"):
        shutil.copy(files / f"{name}.mha", tmp_path)
    main(["info", str(tmp_path), "--json"])
    assert len(json.loads(capsys.readouterr().out)["series"]) == 2
    noise = []
    for number in ("1", "2"):
        assert main(["evaluate", str(tmp_path), "--series", number, "--json"]) == 0
        noise.append(json.loads(capsys.readouterr().out)["noise"]["image"]["median_sd_hu"])
    assert noise[0] == pytest.approx(20, abs=1) and noise[1] == pytest.approx(0, abs=0.1)
    assert main(["evaluate", str(tmp_path), "--series", "3"]) == EXIT_INPUT
    assert main(["evaluate", str(tmp_path), "--series", "1", "--reference", str(files / "truth.mha")]) == 0


def test_another_grid_is_an_input_error(files, tmp_path, capsys):
    small = sitk.GetImageFromArray(np.zeros((4, 64, 64), np.int16))
    sitk.WriteImage(small, str(tmp_path / "small.mha"))
    code = main(["evaluate", str(files / "low.mha"), "--reference", str(tmp_path / "small.mha"), "--json"])
    assert code == EXIT_INPUT
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "geometry"


def test_every_number_of_the_summary_carries_its_window(files, capsys):
    image, reference, low = (str(files / f"{n}.mha") for n in ("half", "truth", "low"))
    assert main(["evaluate", image, "--reference", reference, "--low", low]) == 0
    lines = capsys.readouterr().out.splitlines()
    told = [line for line in lines if any(word in line for word in ("PSNR", "SSIM", "RMSE"))]
    assert len(told) == 2 * (3 + 1) + 3
    for line in told:
        full_range = "full range (-1024 to 1900 HU): RMSE" in line
        assert full_range or ("level" in line and "width" in line and "data range 1" in line)
    assert any(
        line.startswith("d′ of -20 HU discs in image (NPW with an eye's filter, linear model): 3") for line in lines
    )
    assert any("(NPW, linear model): not measurable" in line for line in lines)  # the truth has no noise


def _moved(files, folder, **place):
    image = sitk.ReadImage(str(files / "truth.mha"))
    for name, value in place.items():
        getattr(image, f"Set{name}")(value)
    path = folder / "moved.mha"
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize(
    "place", [{"Origin": (5.0, 0.0, 0.0)}, {"Direction": (-1, 0, 0, 0, 1, 0, 0, 0, -1)}], ids=["origin", "mirrored"]
)
def test_a_reference_at_another_place_is_an_input_error_that_names_both(files, tmp_path, capsys, place):
    moved = _moved(files, tmp_path, **place)
    assert main(["evaluate", str(files / "low.mha"), "--reference", str(moved), "--json"]) == EXIT_INPUT
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "geometry" and error["path"] == str(moved)
    assert (
        "Reference: first voxel at" in error["message"] and "Image: first voxel at (0.0, 0.0, 0.0)" in error["message"]
    )


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd"])
def test_the_same_scan_in_another_format_lies_at_the_same_place(files, tmp_path, capsys, suffix):
    """A tilted patient's oblique axes and an odd origin, rounded by NIfTI's single precision."""
    axes = sitk.Euler3DTransform((0, 0, 0), 0.1, 0.2, 0.3).GetMatrix()
    image = sitk.ReadImage(str(files / "truth.mha"))
    image.SetOrigin((-181.123456, 77.654321, -1234.56789))
    image.SetDirection(axes)
    for name in ("a.mha", "b" + suffix):
        sitk.WriteImage(image, str(tmp_path / name))
    assert main(["evaluate", str(tmp_path / "a.mha"), "--reference", str(tmp_path / f"b{suffix}"), "--json"]) == 0
    assert not [note for note in json.loads(capsys.readouterr().out)["notes"] if "lie" in note]


@pytest.mark.parametrize("disc", ["1,500,96,10", "9,96,96,10", "1,96,96,0.1"])
def test_a_disc_outside_the_picture_is_an_input_error(files, capsys, disc):
    assert main(["evaluate", str(files / "low.mha"), "--disc", disc, "--json"]) == EXIT_INPUT
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "geometry"


def test_what_is_odd_about_the_files_is_said(files, capsys):
    assert main(["evaluate", str(files / "low.mha"), "--slices", "1"]) == 0
    assert "note (image): " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "1.5,2,3,4", "1,2,3,0", "inf,2,3,4", "1,nan,3,4"])
def test_a_disc_that_is_none_is_wrong_usage(files, text):
    with pytest.raises(SystemExit) as end:
        main(["evaluate", str(files / "low.mha"), "--disc", text])
    assert end.value.code == 2
