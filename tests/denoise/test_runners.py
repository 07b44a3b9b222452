"""Where the network computes: batches on a device beside the threads that feed it. The "GPU" here lies on the CPU."""

from __future__ import annotations

import itertools
import threading
import time

import numpy as np
import pytest
import torch
from torch import nn

from ldct_viewer.cancel import CancelToken
from ldct_viewer.denoise import engine as engine_module
from ldct_viewer.denoise import runners
from ldct_viewer.denoise.device import Device
from ldct_viewer.denoise.engine import Denoiser
from ldct_viewer.denoise.fused import in_dtype
from ldct_viewer.denoise.model_file import load_model
from ldct_viewer.denoise.network import ARCHITECTURES, build
from ldct_viewer.denoise.order import OrderQueue
from ldct_viewer.denoise.runners import CpuRunner, GpuRunner
from ldct_viewer.errors import Cancelled

from .helpers import noisy_water, tiny_model, volume

CARD = Device("cuda:0", "cuda", "Small GPU")
OUT_OF_MEMORY = "CUDA out of memory. Tried to allocate 20.00 MiB"


class Card(GpuRunner):
    """The GPU's runner on the CPU; ``during`` is called on the device, in the place of its arithmetic's time."""

    def __init__(self, net, during=lambda count: None, slots: int = 1) -> None:
        super().__init__(net, CARD, torch.device("cpu"))
        self.during, self.sizes = during, []
        plain = self._net
        for _ in range(slots - 1):
            self._slots.put(None)
        self._slot_count = slots

        def computed(x, level):
            self.sizes.append(len(x))
            self.during(len(x))
            return plain(x, level)

        self._net = computed


def on_card(model, during=lambda count: None, *, threads: int = 4, slots: int = 1) -> Denoiser:
    denoiser = Denoiser(model, "cpu", threads=threads)
    denoiser._runner, denoiser.device = Card(model.net, during, slots), CARD
    return denoiser


@pytest.fixture
def model(tmp_path):
    return tiny_model(tmp_path)


def exact(model, scan, sigma: float) -> np.ndarray:
    """The network itself in float32, slice by slice, neighbours at the ends standing in for themselves."""
    near = scan.hu[[[max(k - 1, 0), k, min(k + 1, len(scan.hu) - 1)] for k in range(len(scan.hu))]]
    with torch.inference_mode():
        return model.net(torch.from_numpy(near).float(), torch.full((len(near),), sigma))[:, 0].numpy()


@pytest.mark.parametrize("slots", [1, 2])
def test_batches_give_every_slice_what_the_network_makes_of_it(model, monkeypatch, slots):
    monkeypatch.setattr(engine_module, "estimate_sigma", lambda hu: 25.0)
    monkeypatch.setattr(runners, "fast_bfloat16", lambda device: False)
    scan = volume(noisy_water((37, 40, 24)))
    denoiser = on_card(model, slots=slots)
    found = denoiser.denoise(scan)
    assert np.abs(found - exact(model, scan, 25.0)).max() <= 0.51
    sizes = denoiser._runner.sizes
    assert sum(sizes) == 37 and max(sizes) == 8 and 1 in sizes


def test_the_slice_being_looked_at_comes_first_and_alone(model):
    scan, seen = volume(noisy_water((30, 16, 16))), []
    on_card(model).run(scan, OrderQueue(30, focus=11), np.empty_like(scan.hu), on_slices=seen.append)
    assert seen[0] == [11]
    assert sorted(k for batch in seen for k in batch) == list(range(30))


def test_on_a_slow_card_scrolling_is_followed_after_a_few_batches(model):
    scan, queue, seen = volume(noisy_water((300, 16, 16))), OrderQueue(300, focus=10), []

    def on_slices(slices: list[int]) -> None:
        seen.extend(slices)
        if len(seen) >= 150 and queue._focus == 10:
            queue.focus(290)

    card = on_card(model, lambda count: time.sleep(0.03), threads=8)
    card.run(scan, queue, np.empty_like(scan.hu), on_slices=on_slices)
    assert sorted(seen) == list(range(300))
    assert seen.index(290) < 150 + 8 * 5  # not after all that eight threads could make ready


def test_the_next_batches_are_made_ready_while_the_card_computes_but_not_too_many(model, monkeypatch):
    """The card is held: what the threads do meanwhile is seen."""
    hold, estimated, lock = threading.Event(), [], threading.Lock()

    def estimate(hu: np.ndarray) -> float:
        with lock:
            estimated.append(int(hu[0, 0]))
        return 25.0

    monkeypatch.setattr(engine_module, "estimate_sigma", estimate)
    scan, seen = volume(noisy_water((400, 16, 16))), []
    denoiser = on_card(model, lambda count: count > 1 and hold.wait(20), threads=8)
    job = threading.Thread(
        target=denoiser.run,
        args=(scan, range(400), np.empty_like(scan.hu)),
        kwargs={"on_slices": seen.extend},
    )
    job.start()
    patience = time.monotonic() + 10
    while len(estimated) < 1 + 3 * 8 and time.monotonic() < patience:
        time.sleep(0.01)
    time.sleep(0.5)  # no more come
    ready, done = len(estimated), len(seen)
    hold.set()
    job.join(30)
    assert done == 1 and 1 + 3 * 8 <= ready <= 1 + 4 * 8  # one is computed, two wait
    assert sorted(seen) == list(range(400))


def test_cancelling_does_not_work_off_the_batches_that_wait_for_the_card(model):
    token, computed = CancelToken(), []

    def during(count: int) -> None:
        computed.append(count)
        if count > 1:
            time.sleep(0.3)  # others queue up meanwhile
            token.cancel()

    scan, seen = volume(noisy_water((200, 16, 16))), []
    with pytest.raises(Cancelled):
        on_card(model, during).run(scan, range(200), np.empty_like(scan.hu), on_slices=seen.extend, cancel=token)
    assert computed == [1, 8] and len(seen) in (1, 9)  # what was computed may still be told


@pytest.mark.parametrize(
    "problem",
    [
        torch.cuda.OutOfMemoryError(OUT_OF_MEMORY),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_out_of_memory_makes_batches_smaller_and_keeps_them_so(model, problem):
    room, notices = 3, []

    def during(count: int) -> None:
        if count > room:
            raise problem

    denoiser = on_card(model, during, threads=2)
    denoiser.on_notice = notices.append
    scan = volume(noisy_water((40, 16, 16)))
    out, seen = np.full_like(scan.hu, 9999), []
    denoiser.run(scan, range(40), out, on_slices=seen.extend)
    assert sorted(seen) == list(range(40)) and (out != 9999).all()
    assert denoiser.device is CARD and [n.split()[-5] for n in notices] == ["4", "2"]  # each said once
    denoiser._runner.sizes.clear()
    denoiser.run(scan, range(40), out)
    assert max(denoiser._runner.sizes) == 2


def test_of_a_card_that_takes_one_slice_at_a_time_no_larger_batches_are_told(model):
    def during(count: int) -> None:
        raise torch.cuda.OutOfMemoryError(OUT_OF_MEMORY)

    denoiser, notices = on_card(model, during, threads=2, slots=2), []
    denoiser._runner.device = Device("cuda:0", "cuda", "Small GPU", 100_000)
    denoiser.on_notice = notices.append
    scan = volume(noisy_water((6, 16, 16)))
    assert denoiser._runner.batch((16, 16)) == 1
    denoiser.run(scan, range(6), np.empty_like(scan.hu))
    assert ["CPU" in n for n in notices] == [True]


def test_a_card_that_is_full_from_the_start_leaves_it_to_the_cpu(model):
    def during(count: int) -> None:
        raise torch.cuda.OutOfMemoryError(OUT_OF_MEMORY)

    denoiser, notices = on_card(model, during, slots=2), []
    denoiser.on_notice = notices.append
    denoiser.warm_up((16, 16))
    assert denoiser.device.kind == "cpu" and "CPU" in notices[-1]
    scan = volume(noisy_water((3, 16, 16)))
    assert (denoiser.denoise(scan) != scan.hu).any()

    def broken(count: int) -> None:
        raise RuntimeError("device-side assert triggered")

    with pytest.raises(RuntimeError, match="assert"):
        on_card(model, broken).warm_up((16, 16))


def test_batches_that_were_under_way_do_not_make_the_next_ones_smaller_still(model):
    card = Card(model.net, slots=2)
    assert card.most == 8
    told = [(size, card.shrink(size), card.most) for size in (8, 8, 8, 4, 2, 8, 1)]
    assert [most for _, _, most in told] == [4, 4, 4, 2, 1, 1, 1]
    assert all(less for _, less, _ in told)  # the last one: from two batches on the card to one
    assert not card.shrink(1)


@pytest.mark.parametrize("card_workers", [1, 5])
def test_when_not_even_one_slice_fits_all_cores_of_the_cpu_take_over(model, monkeypatch, card_workers):
    """The first slice still fits; then another program takes the card's memory, with several batches under way."""
    notices, at_once, lock, calls = [], [0, 0], threading.Lock(), itertools.count()

    def during(count: int) -> None:
        if next(calls) == 0:
            return
        time.sleep(0.05)
        raise torch.cuda.OutOfMemoryError(OUT_OF_MEMORY)

    denoiser = on_card(model, during, threads=3, slots=2)
    monkeypatch.setattr(denoiser._runner, "workers", lambda threads: card_workers)
    denoiser.on_notice = notices.append
    real = CpuRunner.run

    def counted(self, hu, sigma, cancel):
        with lock:
            at_once[0] += 1
            at_once[1] = max(at_once)
        time.sleep(0.02)
        made = real(self, hu, sigma, cancel)
        with lock:
            at_once[0] -= 1
        return made

    monkeypatch.setattr(CpuRunner, "run", counted)
    scan = volume(noisy_water((60, 16, 16)))
    out, seen = np.full_like(scan.hu, 9999), []
    denoiser.run(scan, range(60), out, on_slices=seen.extend)
    assert sorted(seen) == list(range(60)) and (out != 9999).all()
    assert denoiser.device.kind == "cpu" and [("CPU" in n) for n in notices].count(True) == 1
    assert at_once[1] == 3


def test_a_fast_card_is_fed_by_more_threads(model, monkeypatch):
    """Making a batch ready takes longer than computing it: the threads allowed are all put to it."""
    at_once, lock = [0, 0], threading.Lock()

    def estimate(hu: np.ndarray) -> float:
        with lock:
            at_once[0] += 1
            at_once[1] = max(at_once)
        time.sleep(0.02)
        with lock:
            at_once[0] -= 1
        return 25.0

    monkeypatch.setattr(engine_module, "estimate_sigma", estimate)
    scan = volume(noisy_water((240, 16, 16)))
    on_card(model, threads=5).run(scan, range(240), np.empty_like(scan.hu))
    assert at_once[1] in (5, 6)  # and the one that has just come back from the card


def test_batches_are_sized_by_the_cards_memory():
    net = build(ARCHITECTURES["quality"])

    def batch(gigabytes: float, side: int = 512) -> int:
        card = Device("cuda:0", "cuda", "Card", int(gigabytes * 2**30))
        return GpuRunner(net, card, torch.device("cpu")).batch((side, side))

    assert batch(80) == 8 and batch(0) == 8  # 0: not known
    assert 1 <= batch(2) < 8 and batch(0.1) == 1
    assert batch(4, 1024) <= batch(4)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_no_kernels_sum_moves_when_a_network_is_put_into_another_format(dtype):
    torch.manual_seed(0)
    net = build(ARCHITECTURES["fast"])
    for p in net.parameters():
        nn.init.normal_(p, std=0.1)
    made = in_dtype(net, dtype)
    pairs = [(a, b) for a, b in zip(net.modules(), made.modules(), strict=True) if isinstance(a, nn.Conv2d)]
    pairs += [(a, b) for a, b in zip(net.modules(), made.modules(), strict=True) if isinstance(a, nn.ConvTranspose2d)]
    assert len(pairs) > 15
    for before, after in pairs:
        assert after.weight.dtype == dtype and after.weight.is_contiguous(memory_format=torch.channels_last)
        moved, plainly = (
            float((w.detach().float() - before.weight.detach()).sum(dim=(2, 3)).abs().mean())
            for w in (after.weight, before.weight.to(torch.bfloat16))
        )
        assert moved < plainly / 3 if before.kernel_size == (2, 2) else moved < plainly / 8


@pytest.mark.parametrize("kind", ["cpu without fused convolutions", "gpu"])
def test_bfloat16_does_not_shift_the_picture_on_any_path(monkeypatch, kind):
    monkeypatch.setattr(runners, "fast_bfloat16", lambda device: True)
    monkeypatch.setattr(runners, "fuse", lambda net, dtype: None)
    net = load_model("fast").net
    hu = noisy_water((3, 120, 136), 60.0)
    hu[:, :20] -= 900  # lung
    with torch.inference_mode():
        expected = net(torch.from_numpy(hu)[None].float(), torch.tensor([60.0]))[0, 0].numpy()
    gpu = kind == "gpu"
    runner = GpuRunner(net, CARD, torch.device("cpu")) if gpu else CpuRunner(net, Device("cpu", "cpu", "CPU"))
    assert runner.dtype is torch.bfloat16
    error = runner.run(hu[None], [60.0])[0] - expected
    assert abs(float(error.mean())) < 0.02 and np.sqrt(np.mean(error**2)) < 1.5


def test_a_card_that_breaks_is_told_not_hidden(model):
    from ldct_viewer.errors import DeviceError

    def during(count: int) -> None:
        raise RuntimeError("device-side assert triggered")

    scan = volume(noisy_water((20, 16, 16)))
    with pytest.raises(DeviceError, match="assert") as caught:
        on_card(model, during).run(scan, range(20), np.empty_like(scan.hu))
    assert caught.value.hint
