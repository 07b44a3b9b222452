"""What a header says of dose and of the scanner's axis: classic slices, enhanced CT, and odd ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.volume import SeriesMeta

from .odd.enhanced import enhanced
from .odd.kit import BIG, EXPLICIT, slices, write


def meta_of(folder: Path) -> SeriesMeta:
    (found,) = scan_paths([folder]).series
    return found.meta


def item(**values: Any) -> Sequence:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return Sequence([ds])


@pytest.mark.parametrize("syntax", [EXPLICIT, BIG])
def test_enhanced_ct_says_it_in_its_functional_groups(tmp_path: Path, syntax: str) -> None:
    """PS3.3 C.8.15.3: mAs in CT Exposure, the centre of rotation in CT Position Sequence."""
    ds = enhanced([slices(count=5)])
    (shared,) = ds.SharedFunctionalGroupsSequence
    shared.CTExposureSequence = item(ExposureInmAs=99.0)
    for k, frame in enumerate(ds.PerFrameFunctionalGroupsSequence):
        frame.CTExposureSequence = item(ExposureInmAs=10.0 + k)
        z = float(frame.PlanePositionSequence[0].ImagePositionPatient[2])
        frame.CTPositionSequence = item(
            TablePosition=z, DataCollectionCenterPatient=[12.5, -30.0, z], ReconstructionTargetCenterPatient=[1, 2, z]
        )
    write(ds, tmp_path / "e.dcm", syntax)
    meta = meta_of(tmp_path)
    assert (meta.exposure_mas, meta.exposure_from) == (12.0, "Exposure in mAs (0018,9332)")
    assert meta.rotation_centre_lps is not None and meta.rotation_centre_lps[:2] == (12.5, -30.0)
    assert meta.slice_thickness_mm == float(
        ds.PerFrameFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness
    )


@pytest.mark.parametrize("centre", [[1.0, 2.0], [float("nan"), 0.0, 0.0], [1e300, 0.0, 0.0], None])
@pytest.mark.parametrize("mas", [0.0, -3.0, float("nan"), float("inf")])
def test_what_cannot_be_counts_as_not_said(tmp_path: Path, centre: list[float] | None, mas: float) -> None:
    def odd(ds: Dataset, k: int) -> None:
        for keyword in ("Exposure", "XRayTubeCurrent", "ExposureTime"):
            if keyword in ds:
                delattr(ds, keyword)
        ds.ExposureInmAs = mas
        if centre is not None:
            ds.DataCollectionCenterPatient = centre

    for k, ds in enumerate(slices(odd, count=4)):
        write(ds, tmp_path / f"{k}.dcm")
    meta = meta_of(tmp_path)
    assert (meta.exposure_mas, meta.exposure_from, meta.rotation_centre_lps) == (None, "", None)
