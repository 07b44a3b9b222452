"""``ldct-viewer evaluate`` on files, as a person would call it."""

from __future__ import annotations

import json

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


def test_another_grid_is_an_input_error(files, tmp_path, capsys):
    small = sitk.GetImageFromArray(np.zeros((4, 64, 64), np.int16))
    sitk.WriteImage(small, str(tmp_path / "small.mha"))
    code = main(["evaluate", str(files / "low.mha"), "--reference", str(tmp_path / "small.mha"), "--json"])
    assert code == EXIT_INPUT
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "geometry"


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "1.5,2,3,4", "1,2,3,0"])
def test_a_disc_that_is_none_is_wrong_usage(files, text):
    with pytest.raises(SystemExit) as end:
        main(["evaluate", str(files / "low.mha"), "--disc", text])
    assert end.value.code == 2
