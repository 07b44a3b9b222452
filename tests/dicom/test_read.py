from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ldct_viewer.cancel import CancelToken
from ldct_viewer.dicom.read import SeriesReader, load, middle_out, read_slice
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import Cancelled, OpenError

from . import make_ct


@pytest.mark.parametrize("threads", [1, 2])
def test_middle_first_every_slice_announced_once_after_it_is_there(tmp_path: Path, threads: int) -> None:
    make_ct.series(tmp_path, make_ct.pixels(40))
    (found,) = scan_paths([tmp_path]).series
    reader = SeriesReader(found)
    assert not reader.volume.hu.any()  # nothing was read yet
    truth = make_ct.pixels(40).astype(int) - 1024
    told: list[int] = []

    def on_slice(batch: list[int]) -> None:
        assert threading.current_thread() is threading.main_thread()
        for k in batch:
            np.testing.assert_array_equal(reader.volume.hu[k], truth[k])
        told.extend(batch)

    volume = reader.read(on_slice=on_slice, threads=threads)
    assert volume.hu is reader.volume.hu and sorted(told) == list(range(40))
    if threads == 1:  # with two, a busy machine may finish the second slice, and more, before the first
        assert told == middle_out(40)
    assert middle_out(5) == [2, 1, 3, 0, 4]


def test_cancel_stops_and_leaves_no_thread(tmp_path: Path) -> None:
    make_ct.series(tmp_path, make_ct.pixels(60))
    token = CancelToken()
    before = threading.active_count()
    with pytest.raises(Cancelled):
        SeriesReader(scan_paths([tmp_path]).series[0]).read(on_slice=lambda batch: token.cancel(), cancel=token)
    assert threading.active_count() == before


def test_vanished_changed_and_cut_files_drop_out_by_name(tmp_path: Path) -> None:
    files = make_ct.series(tmp_path, make_ct.pixels(10))
    (found,) = scan_paths([tmp_path]).series
    files[2].unlink()
    files[5].write_bytes(files[5].read_bytes()[:-200])
    files[7].write_bytes(files[8].read_bytes())  # another image under the old name
    volume = SeriesReader(found).read()
    assert volume.shape == (7, 24, 32) and volume.geometry.shape == volume.hu.shape
    named = {w.code: {Path(f).name for f in w.files} for w in volume.warnings if w.files}
    assert named == {"vanished": {"IM0002"}, "truncated": {"IM0005"}, "changed": {"IM0007"}}
    assert "missing_slices" in {w.code for w in volume.warnings}
    assert volume.geometry.spacing_mm[0] == pytest.approx(2.5)
    np.testing.assert_allclose(volume.geometry.z_positions_mm, np.array([0, 1, 3, 4, 6, 8, 9]) * 2.5)
    kept = make_ct.pixels(10)[[0, 1, 3, 4, 6, 8, 9]].astype(int) - 1024
    np.testing.assert_array_equal(volume.hu, kept)
    assert [p.name for p in volume.files] == [f"IM000{k}" for k in (0, 1, 3, 4, 6, 8, 9)]


def test_nothing_readable_is_an_error_that_names_a_file(tmp_path: Path) -> None:
    files = make_ct.series(tmp_path)
    (found,) = scan_paths([tmp_path]).series
    for path in files:
        path.unlink()
    with pytest.raises(OpenError) as error:
        SeriesReader(found).read()
    assert error.value.code == "vanished" and error.value.path in files
    with pytest.raises(OpenError) as error:
        read_slice(found, 2)
    assert error.value.path == files[2]


def test_padding_is_kept_apart_and_dropped_where_none_is(tmp_path: Path) -> None:
    def padded(ds: Dataset, k: int) -> None:
        ds.PixelPaddingValue = 7
        ds["PixelPaddingValue"].VR = "US"

    stored = make_ct.pixels()
    stored[stored == 7] = 8
    make_ct.series(tmp_path / "none", stored, change=padded)
    assert load(tmp_path / "none").padding is None
    stored[3, :4] = 7
    make_ct.series(tmp_path / "some", stored, change=padded)
    volume = load(tmp_path / "some")
    np.testing.assert_array_equal(volume.padding, stored == 7)
    np.testing.assert_array_equal(volume.hu, stored.astype(int) - 1024)


def test_values_beyond_16_bit_are_clipped_and_said(tmp_path: Path) -> None:
    def wide(ds: Dataset, k: int) -> None:
        ds.BitsStored, ds.HighBit, ds.RescaleIntercept = 16, 15, 0
        ds.PixelData = np.full((24, 32), 60000, "<u2").tobytes()

    make_ct.series(tmp_path, change=wide)
    volume = load(tmp_path)
    assert volume.hu.max() == 32767 and [w.code for w in volume.warnings] == ["clipped"]


def test_load_takes_the_largest_and_explains_a_refusal(tmp_path: Path) -> None:
    make_ct.series(tmp_path / "a", make_ct.pixels(3))
    make_ct.series(tmp_path / "b", make_ct.pixels(9))
    assert load(tmp_path).shape[0] == 9
    text = tmp_path / "notes.dcm"
    text.write_text("hello")
    with pytest.raises(OpenError) as error:
        load(text)
    assert error.value.code == "not_dicom" and error.value.path == text
