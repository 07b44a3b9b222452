"""From stored values to HU: slopes, intercepts and rescale types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from .kit import COUNT, HU, SIZE, Truth, Want, base_hu, case, put, raw_text, setting, simple, slices, stored, write_all


def _negative_slope(ds: Dataset, k: int) -> None:
    put(ds, 4095 - stored(k))
    ds.BitsStored, ds.HighBit = 12, 11
    ds.RescaleSlope, ds.RescaleIntercept = -1, 4095 - 1024


simple("d25-negative-slope", _negative_slope)


@case
def d25b_no_rescale_at_all(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        del ds.RescaleSlope, ds.RescaleIntercept

    write_all(slices(edit), folder)
    return Truth([Want(None, {"no_rescale"}, "blocked", (COUNT, SIZE, SIZE))])


@case
def d25c_rescale_missing_in_some(folder: Path) -> Truth:
    def edit(ds: Dataset, k: int) -> None:
        if k in (4, 5):
            del ds.RescaleSlope

    write_all(slices(edit), folder)
    hu = np.delete(base_hu(), (4, 5), axis=0)
    return Truth([Want(hu, {"missing_slices"})], rejected=2, codes={"no_rescale"})


FLOAT = 0.0244200244200244200244200244200244200244


def _float_slope(ds: Dataset, k: int) -> None:
    ds.add_new("RescaleSlope", "DS", "1")
    ds["RescaleSlope"]._value = f"{FLOAT:.30f}"
    put(ds, (stored(k).astype(np.float64) / FLOAT).round().clip(0, 65535).astype(np.uint16))


def _float_hu() -> HU:
    words = [(stored(k).astype(np.float64) / FLOAT).round().clip(0, 65535) for k in range(COUNT)]
    return np.rint(np.stack(words) * FLOAT - 1024).astype(np.int64)


@case
def d27_long_float_slope(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: raw_text(ds, "RescaleSlope", f"{FLOAT:.30f}", _float_slope, k)), folder)
    return Truth([Want(_float_hu(), {"rounded"})])


for _kind, _codes in (("HU", set()), ("US", {"hu_assumed"}), ("", set())):
    simple(f"d28-rescale-type-{_kind or 'empty'}", setting("RescaleType", _kind), _codes)


@case
def d28_rescale_type_of_an_iodine_map(folder: Path) -> Truth:
    write_all(slices(lambda ds, k: setattr(ds, "RescaleType", "MGML")), folder)
    return Truth([Want(None, {"not_hu"}, "blocked", (COUNT, SIZE, SIZE))])
