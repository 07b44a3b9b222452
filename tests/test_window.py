"""Window presets number by number, VOI formulas against DICOM's text and pydicom, the mouse's step."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut

from ldct_viewer.window import PRESETS, Window, apply_voi, auto_window, full_range, voi_limits

TABLE = {  # VIEWER.md §3: name, key -> width, level
    ("lung", "1"): (1500, -600),
    ("mediastinum", "2"): (350, 50),
    ("abdomen", "3"): (400, 40),
    ("liver", "4"): (150, 90),
    ("liver_plain", "Shift+4"): (150, 30),
    ("bone", "5"): (2000, 400),
    ("brain", "6"): (80, 40),
    ("stroke", "7"): (40, 40),
    ("vessel", "8"): (600, 200),
    ("posterior_fossa", ""): (120, 40),
    ("subdural", ""): (200, 75),
    ("temporal_bone", ""): (4000, 700),
    ("emphysema", ""): (500, -850),
}


def test_presets_are_those_of_the_table():
    assert {(p.id, p.key): (p.window.width, p.window.level) for p in PRESETS} == TABLE


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("width", "level"), [(400, 40), (1500, -600), (1.5, 0.5), (2, 10)])
def test_voi_functions_agree_with_pydicom(function, width, level):
    ds = Dataset()
    ds.WindowWidth, ds.WindowCenter, ds.VOILUTFunction = width, level, function
    ds.BitsStored, ds.PixelRepresentation, ds.RescaleSlope, ds.RescaleIntercept = 16, 1, 1, 0
    ds.PhotometricInterpretation = "MONOCHROME2"
    hu = np.arange(-2000, 2000, dtype=np.int16)
    theirs = apply_voi_lut(hu, ds)
    theirs = (theirs - -32768.0) / 65535.0  # pydicom answers in the stored range
    np.testing.assert_allclose(apply_voi(hu, Window(width, level), function), theirs, atol=2e-4)


def test_linear_limits_are_those_of_the_standard():
    assert voi_limits(Window(100, 50), "LINEAR") == (0.0, 99.0)
    assert voi_limits(Window(100, 50), "LINEAR_EXACT") == (0.0, 100.0)


def test_width_one_is_a_threshold():
    np.testing.assert_array_equal(apply_voi(np.array([9, 10, 11]), Window(1, 10), "LINEAR"), [0, 1, 1])


def test_unknown_function_is_an_error():
    with pytest.raises(ValueError, match="CUBIC"):
        apply_voi(np.zeros(3), Window(400, 40), "CUBIC")


def test_drag_right_widens_and_down_brightens():
    start = Window(400, 40)
    assert start.dragged(10, 0) == Window(420, 40)  # 400 / 200 = 2 HU a pixel
    assert start.dragged(0, 10).level == 20  # a lower level is a brighter picture
    assert start.dragged(0, 10, down_is_brighter=False).level == 60
    assert start.dragged(10, 0, speed=4) == Window(480, 40)
    assert Window(100, 0).dragged(10, 0) == Window(110, 0)  # never less than 1 HU a pixel
    assert start.dragged(-1000, 0).width == 1.0


def test_full_range_and_auto_window_span_the_values():
    assert full_range(-1000, 3000).limits() == (-1000, 3000)
    lo, hi = auto_window(np.arange(0, 10001, dtype=np.int16)).limits()
    assert (lo, hi) == (pytest.approx(100), pytest.approx(9900))
