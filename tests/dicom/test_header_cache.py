"""Headers made from an earlier slice's are byte for byte those made the general way, whatever differs between slices.

The general way is judged elsewhere: by pydicom, dciodvfy, dcmtk and SimpleITK.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from ldct_viewer.dicom.attributes import single_frame
from ldct_viewer.dicom.deidentify import Deidentifier
from ldct_viewer.dicom.derived_header import HeaderWriter
from ldct_viewer.dicom.encoding import plan
from ldct_viewer.dicom.header import Slice
from ldct_viewer.dicom.header_cache import HeaderCache
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.dicom.slices import read_slices
from ldct_viewer.dicom.source import MemoryBytes
from ldct_viewer.dicom.source_check import same_slice

from ..shared_data import CASES, needs_cases
from .derive_kit import DENOISED, make_series

WHEN = datetime(2026, 1, 2, 3, 4, 5)


def writer(deidentify: bool = False, **options: str) -> HeaderWriter:
    secret = Deidentifier(b"k" * 32) if deidentify else None
    return HeaderWriter(DENOISED, "1.2.3", WHEN, kernel_suffix="_x", deidentifier=secret, **options)


def compare(slices: list[Slice], deidentify: bool = False, **options: str) -> int:
    """All ways for every slice (general, short, short without being parsed); how many took the short one."""
    general, other, third = (writer(deidentify, **options) for _ in range(3))
    cache, knowing = HeaderCache(other), HeaderCache(third)
    for k, item in enumerate(slices):
        with item.ref.open() as source:
            data = source.read(0, source.size)
        inside, parsed = read_slices(MemoryBytes(data), item.ref)
        here = inside[item.frame]
        (encoding,) = plan(np.zeros((1, 1, 1), np.int16), [here.spec], None, True)

        def dataset(data: bytes = data, here: Slice = here) -> Dataset:
            whole = dcmread(BytesIO(data), stop_before_pixels=True, force=True)
            return single_frame(whole, here.frame) if here.spec.frames > 1 else whole

        expected = general.head(dataset(), here, encoding, k + 1, f"1.2.3.{k}")
        how = (lambda parsed=parsed: parsed, dataset, here, encoding, k + 1, f"1.2.3.{k}")
        assert cache.head(data, *how) == expected
        header = data[: here.pixel_offset]
        known = knowing.recognise(header, len(data), item)
        assert knowing.head(header, *how, known) == expected
    assert (general.dropped, general.made, general.replaced) == (other.dropped, other.made, other.replaced)
    assert (general.dropped, general.made, general.replaced) == (third.dropped, third.made, third.replaced)
    assert knowing.hits == cache.hits
    return cache.hits


def slices_of(folder: Path) -> list[Slice]:
    return [item for found in scan_paths([folder]).series for item in found.slices]


def test_a_plain_series_is_made_from_its_first_slice(tmp_path: Path) -> None:
    slices = slices_of(make_series(tmp_path / "source", count=6))
    assert compare(slices) == compare(slices, deidentify=True) == 5


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_what_is_recognised_is_what_our_reader_would_read(tmp_path: Path, syntax: object) -> None:
    """Every byte of a header changed, and the file cut: never recognised unless the reader sees the same slice."""

    def change(ds: Dataset, k: int) -> None:
        if syntax is RLELossless:
            ds.PixelData = encapsulate([ds.PixelData])  # nobody decodes it here

    first, second = slices_of(make_series(tmp_path / "source", count=2, size=8, syntax=syntax, change=change))
    cache = HeaderCache(writer())

    def read(item: Slice) -> bytes:
        return item.path.read_bytes()

    (example,), parsed = read_slices(MemoryBytes(read(first)), first.ref)
    (encoding,) = plan(np.zeros((1, 1, 1), np.int16), [first.spec], None, True)
    assert cache.recognise(read(first), len(read(first)), first) is None  # there is nothing to compare with yet
    cache.head(read(first), lambda: parsed, lambda: dcmread(first.path), example, encoding, 1, "1.2")
    good, at = read(second), second.pixel_offset
    assert cache.recognise(good[:at], len(good), second) is not None
    assert cache.recognise(read(first)[: first.pixel_offset], len(good), second) is None
    recognised = 0
    for position in range(at):
        for bit in (1, 2, 16, 64):
            bad = bytearray(good)
            bad[position] ^= bit
            if cache.recognise(bytes(bad[:at]), len(bad), second) is not None:
                recognised += 1
                ((now,), _) = read_slices(MemoryBytes(bytes(bad)), second.ref)
                assert same_slice(now, second), position
    assert 0 < recognised < 4 * at  # what nobody looks at: the preamble, names, dates
    if syntax is ExplicitVRLittleEndian:
        assert cache.recognise(good[:at], len(good) - 1, second) is None
    for cut in range(0, at, 7):
        assert cache.recognise(good[:cut], cut, second) is None


def put(keyword: str, *values: object) -> Callable[[Dataset, int], None]:
    """Set an attribute to one value after the other; ``None`` leaves it out."""

    def change(ds: Dataset, k: int) -> None:
        value = values[k % len(values)]
        if value is None:
            if keyword in ds:
                delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)

    return change


def nested(name: str) -> Dataset:
    inner = Dataset()
    inner.CodeMeaning = name
    return inner


@pytest.mark.parametrize("deidentify", [False, True])
@pytest.mark.parametrize("change", [
    put("RescaleSlope", "1", "2", "1.0"), put("RescaleIntercept", "-1024", "-1000"),
    put("ImageType", ["ORIGINAL", "PRIMARY", "AXIAL"], ["ORIGINAL", "PRIMARY", "HELIX"]),
    put("BodyPartExamined", "CHEST", "KNEE", None), put("Laterality", "L", None, ""),
    put("BurnedInAnnotation", "YES", "NO", None), put("ConvolutionKernel", "B30f", ["I31f", "3"], None),
    put("SeriesDescription", "one", "two", None), put("TimezoneOffsetFromUTC", "+0900", "-0330", None),
    put("PatientID", "a", "b", ""), put("StudyInstanceUID", "1.2.3.4", "", "1.2.3.5"),
    put("FrameOfReferenceUID", "", "1.2"), put("DerivationDescription", "earlier", None),
    put("LossyImageCompression", "00", "01", None), put("SpecificCharacterSet", "ISO_IR 100", "ISO_IR 192"),
    put("PatientName", "A", "Longer^Name"), put("AcquisitionNumber", 1, 2, None), put("KVP", "110", "", None),
    put("RequestAttributesSequence", [nested("x")], [nested("longer"), nested("y")], []),
    put("ContributingEquipmentSequence", [nested("x")], [nested("y")]),
    put("PixelPaddingValue", 0, 5, None), put("ImageComments", "x" * 500, ""), put("WindowCenter", ["1", "2"], "3"),
    put("Modality", "CT"), put("XRayTubeCurrent", 1, 200, 30000), put("SmallestImagePixelValue", 1, 2, None),
])  # fmt: skip
def test_whatever_differs_between_slices(
    tmp_path: Path, change: Callable[[Dataset, int], None], deidentify: bool
) -> None:
    compare(slices_of(make_series(tmp_path / "source", count=7, size=8, change=change)), deidentify)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_byte_orders_take_the_general_way(tmp_path: Path, syntax: object) -> None:
    assert compare(slices_of(make_series(tmp_path / "source", size=8, syntax=syntax))) == 0


def test_a_description_that_chooses_the_character_set_takes_the_general_way(tmp_path: Path) -> None:
    def change(ds: Dataset, k: int) -> None:
        ds.PatientName = "Ä" if k == 3 else "A"

    slices = slices_of(make_series(tmp_path / "source", size=8, change=change))
    assert compare(slices, description="저선량") == 0
    assert compare(slices, description="low dose") == 5


@needs_cases
def test_every_odd_case() -> None:
    hits = 0
    for found in scan_paths([CASES]).series:
        if found.state != "blocked":
            hits += compare(list(found.slices[:3])) + compare(list(found.slices[-2:]), deidentify=True)
    assert hits > 50
