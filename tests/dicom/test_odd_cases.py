"""Every series of odd/ is found, explained and read as it was built; the oracle is how it was built."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from ldct_viewer.dicom.charset import decode
from ldct_viewer.dicom.derive import ExportOptions, write_derived
from ldct_viewer.dicom.group import group_slices
from ldct_viewer.dicom.read import SeriesReader, load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.dicom.series import FoundSeries
from ldct_viewer.errors import OpenError
from ldct_viewer.volume import Volume

from ..shared_data import needs_cases
from . import make_ct, odd
from .derive_kit import DENOISED
from .odd import NAMES, Truth, Want

pytestmark = needs_cases
CASES = odd.cases()


def differences(folder: Path, truth: Truth) -> list[str]:
    """What ``folder`` is taken for that it is not; empty where all is as built."""
    start = time.process_time()
    result = scan_paths([folder])
    wrong = []
    if time.process_time() - start > 2:
        wrong.append("slow")
    counts = result.counts
    fates = (counts.duplicates, counts.excluded, counts.rejected)
    if not counts.balanced or fates != (truth.duplicates, truth.excluded, truth.rejected):
        wrong.append(f"counts {counts}")
    lines = {one.code for one in result.ignored if one.kind != "duplicate"}
    if truth.codes and lines != truth.codes:
        wrong.append(f"lines {sorted(lines)}")
    todo = list(truth.series)
    for found in result.series:
        volume = SeriesReader(found).read() if found.state != "blocked" else None
        match = next((want for want in todo if _is(found, volume, want)), None)
        if match is None:
            warnings = volume.warnings if volume else found.warnings
            wrong.append(f"unwanted {found.shape} {found.state} {[w.code for w in warnings]} {found.phase}")
        else:
            todo.remove(match)
    return wrong + [f"missing {want}" for want in todo]


def _is(found: FoundSeries, volume: Volume | None, want: Want) -> bool:
    codes = {w.code for w in (volume.warnings if volume else found.warnings)}
    if want.codes is not None and codes != want.codes:
        return False
    if (want.shape and found.shape != want.shape) or (want.state and found.state != want.state):
        return False
    if want.phase is not None and not found.phase.startswith(want.phase):
        return False
    if want.hu is None:
        return True
    if volume is None or not np.array_equal(volume.hu, want.hu):
        return False
    geometry = volume.geometry
    if len(volume.hu) == 1:
        return True
    near = np.allclose(geometry.spacing_mm, want.spacing, atol=2e-3)
    return near and abs(geometry.tilt_deg - want.tilt) < 0.02 and _lies_right(volume, found)


def _lies_right(volume: Volume, found: FoundSeries) -> bool:
    """The first pixel of every slice is where its own header says."""
    kept = {path: k for k, path in enumerate(volume.files)}
    for item in found.slices:
        if item.spec.frames == 1 and item.path in kept:
            here = volume.geometry.index_to_lps(kept[item.path], 0, 0)
            if np.abs(here - item.position).max() > 0.06:
                return False
    return True


@pytest.mark.parametrize("name", CASES)
def test_an_odd_series_is_read_as_it_was_built(name: str, tmp_path: Path) -> None:
    truth = CASES[name](tmp_path / "case")
    assert differences(tmp_path / "case", truth) == []


@pytest.mark.parametrize("key", NAMES)
def test_a_korean_name_is_readable_however_it_was_written(key: str, tmp_path: Path) -> None:
    wanted = odd.name_file(tmp_path, key)
    (found,) = scan_paths([tmp_path]).series
    assert found.meta.patient_name == wanted


def test_a_name_under_a_wrong_label_is_marked_as_guessed() -> None:
    for key in ("utf-8-undeclared", "utf-8-labelled-latin-1", "cp949-labelled-utf-8", "cut-in-a-letter-undeclared"):
        charset, raw, wanted = NAMES[key]
        assert decode(raw, charset) == (wanted, True)
    assert decode("Müller^Zoë".encode("latin_1"), b"ISO_IR 100") == ("Müller^Zoë", False)


EXPORTED = [
    "d05-two-kernels",
    "d07f-two-phases-at-two-energies",
    "d10b-signed-12-in-16",
    "d10c-left-aligned-high-bit-15",
    "d10e-signed-and-unsigned-mixed",
    "d20-overlapping-slices",
    "d25-negative-slope",
    "d27-long-float-slope",
    "d53-truncated-native",
    "eight-bit",
    "geometry-ffp",
    "geometry-tilt-minus",
    "mixed-syntaxes",
    "big-endian-ob",
    "preamble-without-magic",
    "no-preamble-but-meta",
    "no-meta-explicit",
    "meta-in-big-endian",
    "syntax-says-implicit-but-is-explicit",
    "syntax-says-explicit-but-is-implicit",
    "everything-unknown-vr",
    "duplicated-tags",
    "tags-out-of-order",
    "odd-length-values",
    "undefined-length-sequences",
    "icon-with-pixels-of-its-own",
    "group-lengths",
    "zip-in-zip",
    "enhanced-rescale-per-frame",
    "enhanced-with-unknown-vr-groups",
    "enhanced-in-fragments",
    "enhanced-concatenation",
    "names-that-are-no-text",
    "spacing-between-slices-zero",
    "spacing-between-slices-negative",
    "without-preamble-but-with-the-magic-in-its-text",
]


@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_derived_of_an_odd_series_is_an_ordinary_one(name: str, tmp_path: Path) -> None:
    """pydicom is the judge: HU as given, the place and the patient of the source, nothing false copied."""
    CASES[name](tmp_path / "case")
    found = scan_paths([tmp_path / "case"]).series[0]
    volume = SeriesReader(found).read()
    hu = volume.hu + np.int16(1)
    report = write_derived(found, hu, tmp_path / "out", DENOISED, volume=volume)
    assert len(report.files) == len(hu) and report.clipped == 0
    for k, path in enumerate(report.files):
        ds = dcmread(path)
        np.testing.assert_array_equal(
            np.rint(ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)), hu[k]
        )
        np.testing.assert_allclose(ds.ImagePositionPatient, volume.geometry.index_to_lps(k, 0, 0), atol=1e-3)
        assert str(ds.PatientName) == "Derived^Test" and ds.StudyDescription == "1A TRAUMA/PLAIN HEAD DM"
        assert ds.get("SpacingBetweenSlices", 5) > 0 and ds.get("KVP") in (120, 80, None)
        assert not [tag for tag in ds.keys() if tag.group in (0x0002, 0x0029, 0x5200)]  # noqa: SIM118 - a data set


def test_a_rescale_longer_than_its_vr_is_written_valid_and_says_the_same(tmp_path: Path) -> None:
    CASES["d27-long-float-slope"](tmp_path / "case")
    (found,) = scan_paths([tmp_path / "case"]).series
    volume = SeriesReader(found).read()
    report = write_derived(found, volume.hu, tmp_path / "out", DENOISED, volume=volume)
    for k, path in enumerate(report.files):
        ds = dcmread(path)
        assert len(str(ds.RescaleSlope)) <= 16 and float(ds.RescaleSlope) == pytest.approx(odd.FLOAT, rel=1e-12)
        hu = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        np.testing.assert_array_equal(np.rint(hu), volume.hu[k])
    np.testing.assert_array_equal(load(tmp_path / "out").hu, volume.hu)


@pytest.mark.parametrize("deidentify", [False, True])
def test_a_frame_of_reference_that_some_lack_is_one_in_the_derived_series(tmp_path: Path, deidentify: bool) -> None:
    CASES["left-out-in-some-frameofreferenceuid"](tmp_path / "case")
    (found,) = scan_paths([tmp_path / "case"]).series
    volume = SeriesReader(found).read()
    options = ExportOptions(deidentify=deidentify)
    report = write_derived(
        found, volume.hu, tmp_path / "out", DENOISED, options, volume=volume, deidentify_key=bytes(32)
    )
    uids = {dcmread(path, stop_before_pixels=True).FrameOfReferenceUID for path in report.files}
    assert len(uids) == 1 and (deidentify or uids == {found.meta.frame_of_reference_uid})
    assert report.warnings == ()


def test_phases_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    def edit(ds: make_ct.Dataset, k: int) -> None:
        ds.ImagePositionPatient = [0, 0, 2.5 * (k % 2)]

    make_ct.series(tmp_path, make_ct.pixels(24), edit)
    assert [s.phase for s in scan_paths([tmp_path]).series] == [f"phase {k} of 12" for k in range(1, 13)]


def test_images_in_an_order_that_proves_nothing_stay_blocked(tmp_path: Path) -> None:
    """Phases of unequal length that go opposite ways, and interleaved ones with a slice missing."""
    there_and_back = [0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0]
    interleaved = [0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5]
    for name, places in (("back", there_and_back), ("mixed", interleaved)):

        def edit(ds: make_ct.Dataset, k: int, places: list[int] = places) -> None:
            ds.ImagePositionPatient = [0, 0, 2.5 * places[k]]

        make_ct.series(tmp_path / name, make_ct.pixels(11), edit)
        (found,) = scan_paths([tmp_path / name]).series
        assert found.warnings[0].code == "duplicate_positions", name


@pytest.mark.parametrize("end", [b"\xcc", b"\x33", b"\0", b"\xff"])
def test_a_jpeg_padded_with_any_byte_is_whole(tmp_path: Path, end: bytes) -> None:
    """LEADTOOLS (Orthanc's PatientWith2studies) leaves whatever was in its buffer."""
    from imagecodecs import jpegls_encode

    def encode(plane: np.ndarray) -> bytes:
        code = bytes(jpegls_encode(plane.copy()))
        return code + end * (1 + (len(code) + 1) % 2) if end in (b"\0", b"\xff") else code + end * (len(code) % 2)

    stored = make_ct.pixels(8)
    make_ct.series(tmp_path, stored, syntax="1.2.840.10008.1.2.4.80", encode=encode)
    np.testing.assert_array_equal(load(tmp_path).hu, stored.astype(int) - 1024)


def test_grouping_thousands_of_phases_takes_no_time(tmp_path: Path) -> None:
    """Perfusion: 8 places, 300 times; one attribute is tried after the other."""
    make_ct.series(tmp_path, make_ct.pixels(1))
    (one,) = scan_paths([tmp_path]).series[0].slices
    from dataclasses import replace

    many = [
        replace(one, sop_uid=f"1.2.{k}", position=(0.0, 0.0, 5.0 * (k % 8)), instance=k, header=dict(one.header))
        for k in range(2400)
    ]
    start = time.process_time()
    series, _ = group_slices(many)
    assert len(series) == 300 and time.process_time() - start < 4


def test_one_of_several_series_is_never_taken_without_a_word(tmp_path: Path) -> None:
    truth = CASES["d07f-two-phases-at-two-energies"](tmp_path)
    volume = load(tmp_path)
    assert volume.warnings[-1].code == "largest_taken" and "4 series found" in volume.warnings[-1].message
    listed = scan_paths([tmp_path]).series
    for number, found in enumerate(listed, 1):
        chosen = load(tmp_path, number=number)
        assert "largest_taken" not in {w.code for w in chosen.warnings} and chosen.files == found.files
        assert any(np.array_equal(chosen.hu, want.hu) for want in truth.series)  # type: ignore[arg-type]
    for number in (0, 5):
        with pytest.raises(OpenError) as error:
            load(tmp_path, number=number)
        assert error.value.code == "no_series"
