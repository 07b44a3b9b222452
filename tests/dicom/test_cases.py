"""Conformance table: every case of ../shared/dicom-cases behaves as its entry in expected.json says.

The oracle is expected.json (pydicom, GDCM, dcmtk and others, and the truth of how a case was made), not us.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from ldct_viewer.dicom.read import SeriesReader
from ldct_viewer.dicom.scan import ScanResult, scan_paths
from ldct_viewer.errors import OpenError
from ldct_viewer.volume import Volume

from ..shared_data import CASES, needs_cases

pytestmark = needs_cases

BASE = "0f4c77863017dd8081fe8d2f3b84533e413611fd49367c840236db42f8502193"
FULL = (28, 128, 128)

# case: (accepted, duplicates, excluded, rejected), [(shape, state, warning codes)] in the order found
TABLE: dict[str, tuple[tuple[int, int, int, int], list[tuple[tuple[int, ...], str, set[str]]]]] = {
    "d00-base": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d01-missing-middle": ((27, 0, 0, 0), [((27, 128, 128), "notes", {"missing_slices"})]),
    "d02-missing-three": ((25, 0, 0, 0), [((25, 128, 128), "notes", {"missing_slices"})]),
    "d03-duplicate-files": ((28, 3, 0, 0), [(FULL, "notes", {"duplicates"})]),
    "d04-duplicate-uid-different-pixels": ((29, 0, 0, 0), [((29, 128, 128), "blocked", {"conflict"})]),
    "d06-4d-temporal-tag": ((84, 0, 0, 0), [(FULL, "ready", set())] * 3),
    "d08-localizer-in-series": ((28, 0, 1, 0), [(FULL, "ready", set())]),
    "d09-varying-rescale": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d11-garbage-high-bits": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d12-padding-minus2000": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d13-monochrome1": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d14-shuffled-instance-and-names": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d14b-no-instance-number": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d15-position-FFDL": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d15-position-FFP": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d15-position-FFS": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d15-position-HFDR": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d15-position-HFP": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d16-oblique-20deg": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d17-tilt-20deg": ((28, 0, 0, 0), [(FULL, "notes", {"gantry_tilt"})]),
    "d19-anisotropic-pixel": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d21-matrix-changes": ((28, 0, 0, 0), [((20, 128, 128), "ready", set()), ((8, 256, 256), "ready", set())]),
    "d23-not-hu-rescale-type": ((28, 0, 0, 0), [(FULL, "blocked", {"not_hu"})]),
    "d24-extended-hu": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d26-modality-lut": ((4, 0, 0, 0), [((4, 128, 128), "blocked", {"modality_lut"})]),
    "d30-ts-implicit": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d31-ts-bigendian": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d32-ts-deflated": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d33-ts-rle": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d34-ts-jpegll57": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d35-ts-jpegll70": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d36-ts-jls80": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d37-ts-jls81": ((28, 0, 0, 0), [(FULL, "notes", {"lossy"})]),
    "d38-ts-j2k90": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d39-ts-jpeg12": ((28, 0, 0, 0), [(FULL, "notes", {"lossy"})]),
    "d40-ts-htj2k201": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d50-no-preamble-implicit": ((28, 0, 0, 0), [(FULL, "notes", {"no_preamble"})]),
    "d51-malformed-numbers": ((27, 0, 0, 1), [((27, 128, 128), "notes", {"missing_slices"})]),
    "d52-missing-required": ((16, 0, 0, 12), [((16, 128, 128), "ready", set())]),
    "d54-truncated-compressed": ((8, 0, 0, 0), [((8, 128, 128), "ready", set())]),
    "d55-junk-folder": ((28, 1, 10, 0), [(FULL, "notes", {"duplicates"})]),
    "d56-nonascii-paths": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "d57-korean-names": ((28, 0, 0, 0), [(FULL, "notes", {"charset_undeclared"})]),
    "d62-phi-canary": ((28, 0, 0, 0), [(FULL, "ready", set())]),
    "r01-ge-tilt-variable-spacing": (
        (28, 0, 0, 0),
        [((28, 512, 512), "notes", {"gantry_tilt", "irregular_spacing"})],
    ),
    "r05-dicom2nifti-gantrytilt": ((4, 0, 0, 0), [((4, 512, 512), "notes", {"gantry_tilt"})]),
    "r07-dicom2nifti-sliceincrement-1": ((4, 0, 0, 0), [((4, 512, 512), "notes", {"missing_slices"})]),
    "r09-distractor-mr": ((0, 0, 6, 0), []),
    "r11-nema-wg04-ct": (
        (14, 0, 0, 0),
        [((1, 512, 512), "notes", {"single_slice"})] * 5
        + [((1, 512, 512), "notes", {"single_slice", "lossy"})]
        + [((1, 512, 512), "notes", {"single_slice"})]
        + [((1, 512, 512), "notes", {"single_slice", "lossy"})]
        + [((1, 512, 512), "notes", {"single_slice"})] * 3
        + [((1, 512, 512), "notes", {"single_slice", "lossy"})]
        + [((1, 512, 512), "notes", {"single_slice"})]
        + [((1, 512, 512), "notes", {"single_slice", "lossy"})],
    ),
    "r14-dicomparser-ct1-encodings": ((1, 6, 1, 0), [((1, 512, 512), "notes", {"single_slice", "duplicates"})]),
    "r15-enhanced-ct-multiframe": (
        (3, 8, 0, 0),
        [
            ((2, 512, 512), "notes", {"lossy", "hu_assumed"}),
            ((2, 512, 512), "notes", {"lossy", "hu_assumed"}),
            ((2, 512, 512), "notes", {"duplicates", "hu_assumed"}),
        ],
    ),
    "r16-pydicom-ct": (
        (3, 1, 0, 0),
        [
            ((1, 512, 512), "notes", {"single_slice", "lossy"}),
            ((1, 128, 128), "notes", {"single_slice", "duplicates"}),
            ((1, 512, 512), "notes", {"single_slice"}),
        ],
    ),
    "r28-charset-names": ((0, 0, 16, 2), []),
    "r29-dicomdir-fileset": (
        (9, 0, 32, 50),
        [((4, 16, 16), "notes", {"missing_slices"}), ((5, 16, 16), "ready", set())],
    ),
    "r30-nonimage-distractors": ((0, 0, 13, 6), []),
    "r31-dcmqi-ct-seg": (
        (7, 0, 5, 0),
        [
            ((3, 512, 512), "ready", set()),
            ((3, 38, 23), "notes", {"hu_assumed"}),
            ((3, 38, 23), "notes", {"hu_assumed"}),
        ],
    ),
    "r32-highdicom-ct": ((1, 0, 4, 0), [((1, 128, 128), "notes", {"single_slice"})]),
    "r33-deid-ctbrain": ((0, 0, 1, 0), []),
    "r35-htj2k-jls-rgb-codecs": ((0, 0, 6, 0), []),
}

# Lossless cases whose HU must be the base's, by construction (truth_by_construction.hu_sha256).
SAME_AS_BASE = [
    "d00-base",
    "d03-duplicate-files",
    "d08-localizer-in-series",
    "d11-garbage-high-bits",
    "d13-monochrome1",
    "d14-shuffled-instance-and-names",
    "d14b-no-instance-number",
    "d30-ts-implicit",
    "d31-ts-bigendian",
    "d32-ts-deflated",
    "d33-ts-rle",
    "d34-ts-jpegll57",
    "d35-ts-jpegll70",
    "d36-ts-jls80",
    "d38-ts-j2k90",
    "d40-ts-htj2k201",
    "d50-no-preamble-implicit",
    "d55-junk-folder",
    "d56-nonascii-paths",
    "d57-korean-names",
    "d62-phi-canary",
]


@cache
def expected() -> dict[str, Any]:
    return json.loads((CASES / "expected.json").read_text())["cases"]


@cache
def scanned(case: str) -> ScanResult:
    return scan_paths([CASES / case / "data"])


def volume(case: str, number: int = 0) -> Volume:
    return SeriesReader(scanned(case).series[number]).read()


def sha(hu: np.ndarray) -> str:
    return hashlib.sha256(hu.astype("<i4").tobytes()).hexdigest()


def test_the_table_is_complete() -> None:
    assert set(TABLE) | {"d60-malicious", "d61-archive-attacks"} == set(expected())


def _text(row: tuple[tuple[int, ...], str, set[str]]) -> str:
    return f"{row[0]} {row[1]} {sorted(row[2])}"


@pytest.mark.parametrize("case", TABLE)
def test_case_gives_the_series_warnings_and_counts_of_its_entry(case: str) -> None:
    result = scanned(case)
    counts, series = TABLE[case]
    found = result.counts
    assert (found.accepted, found.duplicates, found.excluded, found.rejected) == counts
    assert found.balanced and found.seen == sum(counts)
    got = [(s.shape, s.state, {w.code for w in s.warnings}) for s in result.series]
    assert sorted(map(_text, got)) == sorted(map(_text, series))
    assert all(one.reason and one.code for one in result.ignored)


@pytest.mark.parametrize("case", SAME_AS_BASE)
def test_hu_equal_the_truth_by_construction(case: str) -> None:
    assert expected()[case]["truth_by_construction"]["hu_sha256"] == BASE
    assert sha(volume(case).hu) == BASE


def regular_entries() -> list[tuple[str, str, str]]:
    """(case, series uid, sha) wherever several tools agree on a whole volume; lossy 12 bit JPEG is apart."""
    if not CASES.is_dir():
        return []
    skipped = {"d23-not-hu-rescale-type", "d26-modality-lut", "d39-ts-jpeg12", "d61-archive-attacks"}
    found = []
    for case, entry in expected().items():
        for series in entry["series"]:
            by_position = series.get("volume_by_position") or {}
            unique = series["n_files"] == series["n_sop_uids"] and not series.get("duplicate_positions")
            if by_position.get("sha256_i4") and unique and case not in skipped and case in TABLE:
                found.append((case, series["series_uid"], by_position["sha256_i4"]))
    return found


# d51, d52: the oracle reads files that we refuse by name; r29: a localizer pair, r30: not HU.
ORACLE_DIFFERS = {"d51-malformed-numbers", "d52-missing-required"}


@pytest.mark.parametrize(("case", "uid", "digest"), regular_entries())
def test_hu_equal_what_other_tools_decode(case: str, uid: str, digest: str) -> None:
    if case in ORACLE_DIFFERS:
        pytest.skip("the oracle reads files that are to be refused")
    matching = [s for s in scanned(case).series if s.uid == uid and s.state != "blocked"]
    if not matching:
        lines = {one.code for one in scanned(case).ignored}
        assert lines & {"localizer", "secondary_capture", "not_ct"}, f"series {uid} is neither read nor explained"
        return
    assert digest in {sha(SeriesReader(s).read().hu) for s in matching}


@pytest.mark.parametrize("case", [c for c in TABLE if TABLE[c][1]])
def test_spacing_orientation_and_tilt_equal_the_oracle(case: str) -> None:
    for found in scanned(case).series:
        entries = expected()[case]["series"]
        oracle = [s for s in entries if s["series_uid"] == found.uid and "pixel_spacing_row_col" in s]
        if found.state == "blocked" or not oracle or len(oracle[0]["iop_distinct"]) != 1:
            continue
        if oracle[0].get("duplicate_positions") or case in ORACLE_DIFFERS or len(oracle[0]["rows_cols"]) > 1:
            continue
        g = found.geometry
        cosines = np.concatenate([g.matrix[:, 0], g.matrix[:, 1]])
        np.testing.assert_allclose(cosines, oracle[0]["iop_distinct"][0], atol=2e-3)
        np.testing.assert_allclose(g.origin_lps, oracle[0]["ipp_first"], atol=1e-3)
        if "tilt_deg_from_geometry" in oracle[0] and g.shape[0] > 1:
            assert g.tilt_deg == pytest.approx(oracle[0]["tilt_deg_from_geometry"], abs=0.05)
            normal_step = g.spacing_mm[0] * np.cos(np.radians(g.tilt_deg))
            assert normal_step == pytest.approx(oracle[0]["normal_step_mm"]["median"], abs=2e-3)


def test_missing_slices_say_where_and_keep_the_step() -> None:
    (one,) = scanned("d01-missing-middle").series
    assert one.geometry.spacing_mm[0] == pytest.approx(5.0)
    assert one.warnings[0].message.startswith("1 slice missing between z=756.2 and z=766.2 mm")
    steps = np.diff(one.geometry.z_positions_mm)
    assert sorted(set(np.round(steps, 3))) == [5.0, 10.0] and np.flatnonzero(steps > 6).tolist() == [12]
    (three,) = scanned("d02-missing-three").series
    assert "2 slices missing" in three.warnings[0].message and "3 missing in 2 gaps" in three.warnings[0].message


def test_conflict_names_both_files_and_cannot_be_opened() -> None:
    (series,) = scanned("d04-duplicate-uid-different-pixels").series
    assert len(series.warnings[0].files) == 2
    with pytest.raises(OpenError) as error:
        SeriesReader(series)
    assert error.value.code == "conflict"


def test_phases_are_told_apart_and_share_no_file() -> None:
    series = scanned("d06-4d-temporal-tag").series
    assert [s.phase for s in series] == [f"temporal position {k}" for k in (1, 2, 3)]
    assert len({s.uid for s in series}) == 1
    assert len({path for s in series for path in s.files}) == 84
    assert {sha(SeriesReader(s).read().hu) for s in series} == {BASE}


def test_rescale_of_each_slice() -> None:
    difference = volume("d09-varying-rescale").hu.astype(int) - volume("d00-base").hu
    assert np.abs(difference).max() <= 1


def test_padding_is_marked_and_kept() -> None:
    v = volume("d12-padding-minus2000")
    assert v.padding is not None
    assert set(v.padding.sum(axis=(1, 2)).tolist()) == {3740}
    assert set(np.unique(v.hu[v.padding])) == {-3024} and v.hu[~v.padding].min() == -1024


@pytest.mark.parametrize(("case", "worst", "mean"), [("d37-ts-jls81", 2, 2.0), ("d39-ts-jpeg12", 25, 2.5)])
def test_lossy_stays_near_the_base(case: str, worst: int, mean: float) -> None:
    difference = np.abs(volume(case).hu.astype(int) - volume("d00-base").hu)
    assert difference.max() <= worst and difference.mean() <= mean
    oracle = expected()[case]["series"][0]["volume_by_position"]
    assert volume(case).hu.mean() == pytest.approx(oracle["hu_mean"], abs=0.05)


def test_tilt_anisotropy_and_extended_range() -> None:
    g = scanned("d17-tilt-20deg").series[0].geometry
    assert g.spacing_mm[0] == pytest.approx(5.0) and g.tilt_deg == pytest.approx(20, abs=0.01)
    assert scanned("d16-oblique-20deg").series[0].geometry.tilt_deg < 0.01
    assert scanned("d19-anisotropic-pixel").series[0].geometry.spacing_mm[1:] == pytest.approx((1.8046875, 0.9023438))
    assert volume("d24-extended-hu").hu.max() == 30000


def test_irregular_slices_keep_their_own_positions() -> None:
    g = scanned("r01-ge-tilt-variable-spacing").series[0].geometry
    steps = np.diff(g.z_positions_mm) * np.cos(np.radians(g.tilt_deg))
    oracle = expected()["r01-ge-tilt-variable-spacing"]["series"][0]["normal_step_mm"]
    assert (steps.min(), steps.max()) == pytest.approx((oracle["min"], oracle["max"]), abs=0.01)


def test_truncated_slices_are_left_out_by_name_and_the_rest_opens() -> None:
    v = volume("d54-truncated-compressed")
    assert v.shape[0] == 4
    named = {name.rsplit("/", 1)[-1] for w in v.warnings if w.code in ("truncated", "bad_stream") for name in w.files}
    refused = {path.name for path in scanned("d54-truncated-compressed").series[0].files} - {p.name for p in v.files}
    assert named == refused and len(refused) == 4


def test_each_missing_attribute_is_named() -> None:
    reasons = " ".join(one.reason for one in scanned("d52-missing-required").ignored)
    for name in [
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "SeriesInstanceUID",
        "SOPInstanceUID",
        "Rows",
        "BitsAllocated",
        "SOPClassUID",
        "Modality",
        "PhotometricInterpretation",
        "PixelRepresentation",
    ]:
        assert name in reasons
    assert "no pixel data" in reasons


def test_lossless_encodings_of_one_image_are_equal() -> None:
    by_image: dict[tuple[str, bool], set[str]] = {}
    for found in scanned("r11-nema-wg04-ct").series:
        v = SeriesReader(found).read()
        by_image.setdefault((v.meta.patient_name, v.meta.lossy), set()).add(sha(v.hu))
    assert len(by_image["CompressedSamples^CT1", False]) == 1
    assert len(by_image["CompressedSamples^CT2", False]) == 1


def test_enhanced_multiframe_uses_its_functional_groups() -> None:
    v = volume("r15-enhanced-ct-multiframe", 2)
    # pydicom and GDCM: −1024 … 172, mean −643.962; slope 1, intercept 0 would give 0 … 1196
    assert (v.hu.min(), v.hu.max()) == (-1024, 172) and v.hu.mean() == pytest.approx(-643.962, abs=1e-3)


def test_korean_names_are_readable_and_do_not_split_the_series() -> None:
    names = set()
    for path in sorted((CASES / "d57-korean-names" / "data").rglob("*")):
        if path.is_file():
            (one,) = scan_paths([path]).series
            names.add(one.meta.patient_name)
    assert all("홍" in name for name in names), names
