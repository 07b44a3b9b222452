from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.dicom.header import PixelSpec
from ldct_viewer.dicom.pixels import to_hu
from ldct_viewer.dicom.read import load
from ldct_viewer.dicom.syntax import SYNTAXES, decode_frame

from . import make_ct

imagecodecs = pytest.importorskip("imagecodecs")
SPEC = PixelSpec(24, 32, 16, 12, 11, False, make_ct.EXPLICIT, True, slope=1.0, intercept=-1024.0)

ENCODERS = {
    "1.2.840.10008.1.2.4.57": lambda a: imagecodecs.ljpeg_encode(a, bitspersample=12),
    "1.2.840.10008.1.2.4.70": lambda a: imagecodecs.ljpeg_encode(a, bitspersample=12),
    "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_encode,
    "1.2.840.10008.1.2.4.90": lambda a: imagecodecs.jpeg2k_encode(
        a, level=0, reversible=True, codecformat="j2k", bitspersample=12
    ),
    "1.2.840.10008.1.2.4.201": lambda a: imagecodecs.htj2k_encode(a, reversible=True),
}


def rle(plane: np.ndarray) -> bytes:
    from pydicom.pixels.encoders.native import _encode_frame  # pydicom's own encoder is the oracle

    class Runner:
        bits_allocated, samples_per_pixel, rows, columns = 16, 1, *plane.shape
        number_of_frames, photometric_interpretation = 1, "MONOCHROME2"

        @staticmethod
        def get_option(name: str, default: object = None) -> object:
            return {"byteorder": "<"}.get(name, default)

    return bytes(_encode_frame(plane.tobytes(), Runner()))


@pytest.mark.parametrize("syntax", [*ENCODERS, "1.2.840.10008.1.2.5"])
def test_lossless_syntaxes_give_the_same_hu(syntax: str, tmp_path: Path) -> None:
    make_ct.series(tmp_path, syntax=syntax, encode=ENCODERS.get(syntax, rle))
    v = load(tmp_path)
    np.testing.assert_array_equal(v.hu, make_ct.pixels().astype(int) - 1024)
    assert v.warnings == () and not v.meta.lossy


@pytest.mark.parametrize("syntax", [*ENCODERS, "1.2.840.10008.1.2.5"])
def test_no_cut_stream_is_accepted(syntax: str) -> None:
    spec = replace(SPEC, syntax=syntax)
    plane = make_ct.pixels(1)[0]
    data = ENCODERS.get(syntax, rle)(plane)
    decoded = decode_frame(data, spec)
    np.testing.assert_array_equal(decoded & 0xFFF, plane)
    for cut in np.linspace(1, len(data) - 3, 60).astype(int):
        with pytest.raises(FileProblem):
            decode_frame(data[:cut], spec)


@pytest.mark.parametrize("syntax", list(ENCODERS))
def test_a_missing_fragment_in_the_middle_is_noticed(syntax: str) -> None:
    spec = replace(SPEC, syntax=syntax)
    plane = make_ct.pixels(1)[0]
    data = ENCODERS[syntax](plane)
    np.testing.assert_array_equal(decode_frame(data, spec, prove_complete=True) & 0xFFF, plane)
    for share in np.linspace(0.3, 0.9, 13):
        with pytest.raises(FileProblem):
            decode_frame(data[: int(len(data) * share)] + b"\xff\xd9", spec, prove_complete=True)


def test_a_stream_of_another_size_or_process_is_refused() -> None:
    data = ENCODERS["1.2.840.10008.1.2.4.70"](make_ct.pixels(1, 24, 33)[0])
    with pytest.raises(FileProblem) as problem:
        decode_frame(data, replace(SPEC, syntax="1.2.840.10008.1.2.4.70"))
    assert "33 × 24" in problem.value.text
    with pytest.raises(FileProblem):
        decode_frame(data, replace(SPEC, columns=33, syntax="1.2.840.10008.1.2.4.51"))
    with pytest.raises(FileProblem):
        decode_frame(data, replace(SPEC, columns=33, syntax="1.2.840.10008.1.2.4.90"))


def test_unknown_syntax_has_no_fallback() -> None:
    with pytest.raises(FileProblem) as problem:
        decode_frame(b"\xff\xd8\xff\xd9", replace(SPEC, syntax="1.2.840.10008.1.2.4.52"))
    assert problem.value.reason.code == "unsupported_syntax"
    assert "1.2.840.10008.1.2.4.52" not in SYNTAXES


@pytest.mark.parametrize("order", ["implicit", "big", "deflated"])
def test_native_syntaxes(order: str, tmp_path: Path) -> None:
    def swap(ds: Dataset, k: int) -> None:
        if order == "big":
            ds.PixelData = make_ct.pixels()[k].astype(">u2").tobytes()

    uid = {"implicit": make_ct.IMPLICIT, "big": "1.2.840.10008.1.2.2", "deflated": "1.2.840.10008.1.2.1.99"}[order]
    make_ct.series(tmp_path, change=swap, syntax=uid)
    np.testing.assert_array_equal(load(tmp_path).hu, make_ct.pixels().astype(int) - 1024)


def words(*values: int) -> np.ndarray:
    return np.array([values], np.int64).astype(np.uint16)


def test_hu_masks_unused_bits_then_sign_then_padding_then_rescale() -> None:
    spec = replace(SPEC, rows=1, columns=3)
    assert to_hu(words(0xC000 | 100, 0xF123, 4095), spec).hu.tolist() == [[-924, 0x123 - 1024, 3071]]
    signed = replace(spec, signed=True, intercept=0.0)
    assert to_hu(words(0x0FFF, 0x0800, 0x07FF), signed).hu.tolist() == [[-1, -2048, 2047]]
    high = replace(spec, high_bit=15)
    assert to_hu(words(100 << 4, 0xF, 0), high).hu.tolist() == [[-924, -1024, -1024]]
    padded = replace(spec, stored=16, high_bit=15, signed=True, padding=-2000)
    result = to_hu(words(-2000, -1999, 5), padded)
    assert result.padding is not None and result.padding.tolist() == [[True, False, False]]
    assert result.hu.tolist() == [[-3024, -3023, -1019]]
    ranged = replace(padded, padding_limit=-1990)
    mask = to_hu(words(-1995, -1989, -2001), ranged).padding
    assert mask is not None and mask.tolist() == [[True, False, False]]


def test_fractions_are_rounded_and_overflow_is_clipped_and_counted() -> None:
    spec = replace(SPEC, rows=1, columns=2, stored=16, high_bit=15, slope=0.5, intercept=0.0)
    result = to_hu(words(3, 4), spec)
    assert result.hu.tolist() == [[2, 2]] and result.rounded and result.clipped == 0
    far = to_hu(words(65535, 1), replace(spec, slope=1.0))
    assert far.hu.tolist() == [[32767, 1]] and far.clipped == 1
    assert to_hu(words(65535, 0), replace(spec, slope=1.0, intercept=-32768.0)).hu.tolist() == [[32767, -32768]]


@pytest.mark.parametrize("stored_bits", [10, 12, 15, 16])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("slope", "intercept"), [(1, -1024), (1, 0), (2, -2048), (0.25, -100)])
def test_hu_equals_the_formula_in_plain_integers(stored_bits: int, signed: bool, slope: float, intercept: int) -> None:
    low, high = (-(1 << stored_bits - 1), (1 << stored_bits - 1) - 1) if signed else (0, (1 << stored_bits) - 1)
    values = np.unique(np.linspace(low, high, 997).astype(np.int64))
    spec = replace(
        SPEC,
        rows=1,
        columns=len(values),
        stored=stored_bits,
        high_bit=stored_bits - 1,
        signed=signed,
        slope=float(slope),
        intercept=float(intercept),
    )
    expected = [min(max(round(v * slope + intercept), -32768), 32767) for v in values.tolist()]
    got = to_hu((values & 0xFFFF).astype(np.uint16)[None], spec).hu[0]
    assert got.tolist() == expected


def test_monochrome1_keeps_hu_and_lossy_is_flagged(tmp_path: Path) -> None:
    def mono(ds: Dataset, k: int) -> None:
        ds.PhotometricInterpretation = "MONOCHROME1"
        ds.LossyImageCompression = "01"

    make_ct.series(tmp_path, change=mono)
    v = load(tmp_path)
    np.testing.assert_array_equal(v.hu, make_ct.pixels().astype(int) - 1024)
    assert v.meta.lossy and [w.code for w in v.warnings] == ["lossy"]
