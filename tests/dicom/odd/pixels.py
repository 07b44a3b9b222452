"""Stored pixels: their bits, signs, padding, colours, sizes, and files that end too early."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from .kit import COUNT, HU, J2K, SIZE, Truth, Want, base_hu, case, put, simple, slices, stored, write_all


def _signed(ds: Dataset, k: int) -> None:
    put(ds, stored(k).astype(np.int16) - np.int16(1024))
    ds.RescaleIntercept = 0


def _signed12(ds: Dataset, k: int) -> None:
    put(ds, (stored(k).astype(np.int16) - np.int16(1024)) & np.int16(0x0FFF))
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleIntercept = 12, 11, 1, 0


def _left_aligned(ds: Dataset, k: int) -> None:
    put(ds, stored(k) << np.uint16(4))
    ds.BitsStored, ds.HighBit = 12, 15


def _bits32(ds: Dataset, k: int) -> None:
    put(ds, stored(k).astype(np.int32) - np.int32(1024))
    ds.RescaleIntercept = 0


simple("d10-signed-16", _signed)
simple("d10b-signed-12-in-16", _signed12)
simple("d10c-left-aligned-high-bit-15", _left_aligned)
simple("d10d-signed-32", _bits32)


@case
def d10e_signed_and_unsigned_mixed(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: _signed(ds, k) if k % 2 else None), folder)
    return Truth([Want(base_hu())])


def _padding_range(ds: Dataset, k: int) -> None:
    values = stored(k).astype(np.int16)
    values[:4], values[4:8] = -2000, -1990
    put(ds, values)
    ds.add_new("PixelPaddingValue", "SS", -2000)
    ds.add_new("PixelPaddingRangeLimit", "SS", -1980)


def _padded_hu() -> HU:
    hu = base_hu()
    hu[:, :4], hu[:, 4:8] = -3024, -3014
    return hu


@case
def d29_padding_range(folder: Path) -> Truth:
    write_all(slices(_padding_range), folder)
    return Truth([Want(_padded_hu())])


@case
def d53_truncated_native(folder: Path) -> Truth:
    paths = write_all(slices(), folder)
    for k, cut in ((2, -1), (3, -4000), (6, 400)):
        data = paths[k].read_bytes()
        paths[k].write_bytes(data[:cut])
    hu = np.delete(base_hu(), (2, 3, 6), axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=3)


@case
def colour_and_palette(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k == 3:
            ds.PhotometricInterpretation = "PALETTE COLOR"
        if k == 4:
            ds.PhotometricInterpretation, ds.SamplesPerPixel, ds.PlanarConfiguration = "YBR_FULL", 3, 0
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
            ds.PixelData = bytes(3 * SIZE * SIZE)

    write_all(slices(edit), folder)
    return Truth([Want(np.delete(base_hu(), (3, 4), axis=0), {"missing_slices"})], rejected=2, codes={"colour"})


@case
def one_bit_and_packed_twelve(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k == 3:
            ds.BitsAllocated, ds.PixelData = 12, bytes(SIZE * SIZE * 3 // 2)
        if k == 4:
            ds.BitsAllocated = ds.BitsStored = 1
            ds.HighBit, ds.PixelData = 0, bytes(SIZE * SIZE // 8)

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), (3, 4), axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=2, codes={"unsupported_pixels"})


@case
def float_pixels(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k == 3:
            ds.FloatPixelData = (stored(k).astype(np.float32) - 1024).tobytes()
            del ds.PixelData
            ds.BitsAllocated = 32

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), 3, axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=1, codes={"unsupported_pixels"})


@case
def eight_bit(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        put(ds, (stored(k) >> 4).astype(np.uint8))
        ds["PixelData"].VR = "OB"
        ds.RescaleSlope = 16

    write_all(slices(edit), folder)
    return Truth([Want(np.stack([(stored(k) >> 4) * 16.0 - 1024 for k in range(COUNT)]).astype(np.int64))])


@case
def monochrome_one_and_two_mixed(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: setattr(ds, "PhotometricInterpretation", f"MONOCHROME{1 + k % 2}")), folder)
    return Truth([Want(base_hu())])


@case
def odd_sizes(folder: Path) -> Truth:
    """61 × 47 pixels of 8 bit: an odd number of bytes, padded or not."""

    def edit(ds: Dataset, k: int) -> None:
        put(ds, (stored(k)[:47, :61] >> 4).astype(np.uint8))
        ds.RescaleSlope = 16
        ds["PixelData"].VR = "OB"

    for path in write_all(slices(edit), folder)[::2]:
        data = path.read_bytes()
        at = data.rindex(b"\xe0\x7f\x10\x00OB")
        path.write_bytes(data[: at + 8] + struct.pack("<L", 47 * 61) + data[at + 12 : at + 12 + 47 * 61])
    hu = np.stack([(stored(k)[:47, :61] >> 4) * 16.0 - 1024 for k in range(COUNT)]).astype(np.int64)
    return Truth([Want(hu)])


@case
def signed_compressed(folder: Path) -> Truth:
    """JPEG 2000 of signed values, lossless."""
    import imagecodecs

    many = slices(_signed)
    for ds in many:
        words = np.frombuffer(ds.PixelData, "<i2").reshape(SIZE, SIZE)
        code = bytes(imagecodecs.jpeg2k_encode(words.copy(), level=0, codecformat="j2k", reversible=True))
        ds.PixelData = encapsulate([code])
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    write_all(many, folder, J2K)
    return Truth([Want(base_hu())])
