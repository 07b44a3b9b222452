from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch

from ldct_viewer.blend import blend
from ldct_viewer.cancel import CancelToken
from ldct_viewer.denoise import engine as engine_module
from ldct_viewer.denoise.device import choose_device, list_devices
from ldct_viewer.denoise.engine import Denoiser
from ldct_viewer.denoise.model_file import default_model, load_model
from ldct_viewer.denoise.noise_level import estimate_sigma
from ldct_viewer.denoise.order import OrderQueue
from ldct_viewer.errors import Cancelled, DeviceError
from ldct_viewer.volume import AIR_HU, Geometry, Volume

from .helpers import noisy_water, tiny_model, volume


@pytest.fixture(scope="module")
def shipped() -> Denoiser:
    return Denoiser(load_model(default_model()), "cpu")


@pytest.fixture
def tiny(tmp_path) -> Denoiser:
    return Denoiser(tiny_model(tmp_path), "cpu")


def test_slices_arrive_once_each_from_the_focus_outward(tiny):
    scan = volume(noisy_water((7, 32, 32)))
    out, seen = np.full_like(scan.hu, 9999), []
    tiny.threads = 1
    tiny.run(scan, OrderQueue(7, focus=5), out, on_slices=seen.extend)
    assert seen == [5, 6, 4, 3, 2, 1, 0]
    assert (out != 9999).all()


def test_every_order_and_thread_count_gives_the_same_voxels(tiny):
    scan = volume(noisy_water((9, 40, 24)))
    results = []
    for threads, order in ((1, range(9)), (4, OrderQueue(9, focus=2))):
        out = np.zeros_like(scan.hu)
        tiny.threads = threads
        tiny.run(scan, order, out)
        results.append(out)
    np.testing.assert_array_equal(*results)


def test_scrolling_moves_the_work(tiny):
    scan, queue, seen = volume(noisy_water((20, 16, 16))), OrderQueue(20, focus=0), []
    tiny.threads = 1

    def on_slices(slices: list[int]) -> None:
        seen.extend(slices)
        if len(seen) == 3:
            queue.focus(15)

    tiny.run(scan, queue, np.empty_like(scan.hu), on_slices=on_slices)
    assert seen.index(15) <= 5
    assert sorted(seen) == list(range(20))


def test_cancel_stops_and_leaves_reported_slices_valid(tiny):
    scan, token, seen = volume(noisy_water((50, 32, 32))), CancelToken(), []
    out = np.full_like(scan.hu, 9999)

    def on_slices(slices: list[int]) -> None:
        seen.extend(slices)
        token.cancel()

    with pytest.raises(Cancelled):
        tiny.run(scan, range(50), out, on_slices=on_slices, cancel=token)
    assert 1 <= len(seen) < 50
    assert (out[seen] != 9999).all()


def test_pause_holds_until_it_is_set_again(tiny):
    scan, go, seen = volume(noisy_water((6, 16, 16))), threading.Event(), []
    thread = threading.Thread(
        target=tiny.run, args=(scan, range(6), np.empty_like(scan.hu)), kwargs={"on_slices": seen.extend, "pause": go}
    )
    thread.start()
    time.sleep(0.3)
    assert seen == []
    go.set()
    thread.join(20)
    assert sorted(seen) == list(range(6))


def test_a_paused_run_can_be_cancelled(tiny):
    token, go = CancelToken(), threading.Event()
    threading.Timer(0.1, token.cancel).start()
    scan = volume(noisy_water((3, 16, 16)))
    with pytest.raises(Cancelled):
        tiny.run(scan, range(3), np.empty_like(scan.hu), cancel=token, pause=go)


@pytest.mark.parametrize("matrix", [(512, 512), (300, 217), (64, 8), (7, 5), (3, 1)])
def test_any_matrix_size(tiny, matrix):
    scan = volume(noisy_water((2, *matrix)))
    assert tiny.denoise(scan).shape == (2, *matrix)


def test_a_single_slice_works(shipped):
    assert shipped.denoise(volume(noisy_water((1, 64, 64)))).shape == (1, 64, 64)


def test_padding_metal_and_air_outside_the_circle_survive(shipped):
    hu = noisy_water((3, 96, 96))
    hu[:, :16] = -3024  # outside the reconstruction, as some scanners write it
    hu[:, 80:] = AIR_HU
    hu[:, 40:44, 40:44] = 3071
    hu[:, 50:52, 50:52] = 12000  # extended-range metal
    padding = np.zeros(hu.shape, dtype=bool)
    padding[:, :, 88:] = True
    out = shipped.denoise(volume(hu, padding=padding))
    same = out == hu
    assert same[:, :16].all() and same[:, 80:].all() and same[padding].all()
    assert same[:, 40:44, 40:44].all() and same[:, 50:52, 50:52].all()
    assert (out[:, 20:38, 20:60] != hu[:, 20:38, 20:60]).mean() > 0.5


def test_padding_value_does_not_reach_the_network(tiny):
    hu, padding = noisy_water((1, 32, 32)), np.zeros((1, 32, 32), dtype=bool)
    padding[:, :8] = True
    results = []
    for value in (-2000, 3000):
        hu[padding] = value
        results.append(tiny.denoise(volume(hu, padding=padding))[:, 8:])
    np.testing.assert_array_equal(*results)


def test_noise_falls_and_the_mean_of_water_stays(shipped):
    hu = noisy_water((3, 256, 256), sd=25.0)
    out = shipped.denoise(volume(hu))
    assert out[1].std() < 0.4 * hu[1].std()
    assert abs(float(out[1].mean()) - float(hu[1].mean())) < 1.0


def test_a_clean_picture_is_left_alone(shipped):
    y, x = np.mgrid[0:128, 0:128]
    hu = np.where(np.hypot(y - 64, x - 64) < 40, 60, -100)[None].repeat(3, 0)
    out = shipped.denoise(volume(hu))
    assert np.sqrt(np.mean((out[1].astype(float) - hu[1]) ** 2)) < 5.0


def test_distant_neighbours_are_not_mixed_in(tiny):
    hu = noisy_water((3, 32, 32))
    other = hu.copy()
    other[[0, 2]] += 300
    thick, thin = (np.abs(_middle(tiny, hu, s) - _middle(tiny, other, s)).max() for s in (8.0, 1.0))
    assert thick == 0
    assert thin > 0


def test_a_gap_in_the_stack_is_not_bridged(tiny):
    hu = noisy_water((3, 32, 32))
    other = hu.copy()
    other[2] += 300
    geometry = Geometry(hu.shape, (2.0, 0.7, 0.7), z_positions_mm=(0.0, 2.0, 30.0))
    a, b = (tiny.denoise(Volume(v, geometry))[1] for v in (hu, other))
    np.testing.assert_array_equal(a, b)


def _middle(denoiser: Denoiser, hu: np.ndarray, spacing_z: float) -> np.ndarray:
    return denoiser.denoise(volume(hu, spacing_z))[1].astype(int)


def test_the_input_is_never_changed(tiny):
    hu = noisy_water((2, 16, 16))
    copy = hu.copy()
    hu.setflags(write=False)
    tiny.denoise(volume(hu), 0.5)
    np.testing.assert_array_equal(hu, copy)


def test_bfloat16_and_float32_agree_within_one_hu_rms(shipped):
    hu = noisy_water((1, 128, 128))
    fast = shipped.denoise(volume(hu)).astype(float)
    with torch.inference_mode():
        x = torch.from_numpy(np.repeat(hu[:, None], 3, axis=1)).float()
        exact = shipped.model.net(x, torch.tensor([estimate_sigma(hu[0])]))[:, 0].numpy()
    assert np.sqrt(np.mean((fast - exact) ** 2)) < 1.0


def test_blend_matches_its_formula():
    low, den = np.array([0, -1000, 100], np.int16), np.array([10, -1003, -101], np.int16)
    assert blend(low, den, 0.0) is low
    assert blend(low, den, 1.0) is den
    np.testing.assert_array_equal(blend(low, den, 0.3), np.rint(low + 0.3 * (den.astype(float) - low)))


def test_strength_is_applied_headless(tiny):
    scan = volume(noisy_water((2, 32, 32)))
    full, half = tiny.denoise(scan), tiny.denoise(scan, 0.5)
    np.testing.assert_array_equal(half, blend(scan.hu, full, 0.5))
    np.testing.assert_array_equal(tiny.denoise(scan, 0.0), scan.hu)


def test_the_noise_estimate_is_right_within_a_tenth():
    for sd in (8.0, 20.0, 45.0):
        assert estimate_sigma(noisy_water((1, 512, 512), sd)[0]) == pytest.approx(sd, rel=0.1)
    assert estimate_sigma(np.full((64, 64), -1000, np.int16)) == -1.0


def test_an_absent_device_is_named():
    with pytest.raises(DeviceError) as caught:
        choose_device("cuda:7")
    assert "cpu" in caught.value.hint
    assert choose_device("cpu").kind == "cpu"
    assert list_devices()[-1].kind == "cpu"


def test_another_device_failure_is_told_not_hidden(tiny, monkeypatch):
    def broken(*args):
        raise RuntimeError("device-side assert")

    monkeypatch.setattr(engine_module, "_batch_into", broken)
    scan = volume(noisy_water((2, 16, 16)))
    with pytest.raises(DeviceError, match="assert"):
        tiny.run(scan, range(2), np.empty_like(scan.hu))
