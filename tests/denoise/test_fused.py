"""The fast form of the network against the plain one in float32: the same but for rounding, at every border."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ldct_viewer.denoise import fused as fused_module
from ldct_viewer.denoise.device import fast_bfloat16
from ldct_viewer.denoise.engine import Denoiser
from ldct_viewer.denoise.fused import FusedPU, fuse
from ldct_viewer.denoise.model_file import load_model
from ldct_viewer.denoise.network import PUNet, build

from .helpers import noisy_water, tiny_model, volume

pytestmark = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_convolution_pointwise"), reason="this torch is built without oneDNN"
)
SIZES = [(64, 72), (512, 40), (61, 30), (9, 8), (7, 5), (3, 1)]


def random_net(channels: list[int], blocks: list[int], seed: int = 0) -> PUNet:
    """All layers random, biases too; the last one scaled so that it predicts some tens of HU."""
    torch.manual_seed(seed)
    net = build({"family": "pu", "channels": channels, "blocks": blocks})
    for name, p in net.named_parameters():
        torch.nn.init.normal_(p, std=0.1 if name.endswith("bias") else 0.8 / float(np.sqrt(p[0].numel())))
    with torch.no_grad():
        net.head.weight.mul_(0.5)
    return net.eval().requires_grad_(False)


def plain(net: PUNet, hu: np.ndarray, sigma: float) -> np.ndarray:
    with torch.inference_mode():
        return net(torch.from_numpy(hu)[None].float(), torch.tensor([sigma]))[0, 0].numpy()


@pytest.mark.parametrize("matrix", SIZES)
@pytest.mark.parametrize(("channels", "blocks"), [([8, 8, 8], [1, 1, 1]), ([12, 20, 24], [2, 1, 3])])
def test_float32_is_the_plain_network_rounded(matrix, channels, blocks):
    net, hu = random_net(channels, blocks), noisy_water((3, *matrix), 40.0)
    for sigma in (-1.0, 0.0, 33.0):
        expected = plain(net, hu, sigma)
        assert np.abs(expected - hu[1]).max() > 3, "the network must do something for this test to mean anything"
        found = FusedPU(net, torch.float32).run(hu, sigma)
        assert found.dtype == np.int16 and found.shape == matrix
        assert np.abs(found - expected).max() <= 0.5 + 0.01


@pytest.mark.parametrize("model", ["fast", "quality"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_shipped_model_agrees_within_one_hu_rms_and_on_average(dtype, model):
    if dtype is torch.bfloat16 and not fast_bfloat16(torch.device("cpu")):
        pytest.skip("bfloat16 is not used on this CPU")
    net = load_model(model).net
    for noise_hu in (12.0, 30.0, 60.0):
        hu = noisy_water((3, 120, 136), noise_hu)
        hu[:, :20] -= 900  # lung
        error = FusedPU(net, dtype).run(hu, noise_hu) - plain(net, hu, noise_hu)
        assert np.sqrt(np.mean(error**2)) < 1.0
        assert abs(error.mean()) < 0.02, "rounded weights must not shift the picture"


def test_rounded_kernels_keep_their_sums():
    torch.manual_seed(0)
    weight = torch.randn(6, 5, 3, 3) * 0.1
    rounded = fused_module._rounded(weight, torch.bfloat16)
    assert rounded.dtype == torch.bfloat16 and rounded.shape == weight.shape
    assert ((rounded.float() - weight).abs() <= weight.abs().amax(dim=(2, 3), keepdim=True) / 128).all()
    off, plainly_off = ((v.float() - weight).sum(dim=(2, 3)).abs().mean() for v in (rounded, weight.to(torch.bfloat16)))
    assert off < plainly_off / 10
    assert torch.equal(fused_module._rounded(weight, torch.float32), weight)


def test_floor_metal_and_values_beyond_12_bits_come_through_as_from_the_plain_network():
    net, hu = random_net([8, 8, 8], [1, 1, 1]), noisy_water((3, 48, 48), 30.0)
    hu[:, :14], hu[:, 20:24, 20:24], hu[:, 30:33, 30:33] = -3024, 2400, 20000
    found, expected = FusedPU(net, torch.float32).run(hu, 20.0), plain(net, hu, 20.0)
    assert np.abs(found - expected).max() <= 0.51
    assert (found[:12] == -3024).all() and (found[30:33, 30:33] == 20000).all()


def test_slices_do_not_leak_into_each_other():
    """Buffers are written over inside: the same slice must give the same picture before and after another."""
    fast = FusedPU(random_net([8, 8, 8], [1, 1, 1]), torch.float32)
    a, b = noisy_water((3, 40, 40), seed=1), noisy_water((3, 40, 40), seed=2)
    kept = a.copy()
    first = fast.run(a, 20.0)
    fast.run(b, 35.0)
    np.testing.assert_array_equal(fast.run(a, 20.0), first)
    np.testing.assert_array_equal(a, kept)


def test_a_library_that_computes_something_else_is_not_used(monkeypatch):
    net = random_net([8, 8, 8], [1, 1, 1])
    if fuse(net, torch.float32) is None:
        pytest.skip("fused convolutions are for x86 CPUs")
    real = fused_module._Conv.onto
    monkeypatch.setattr(fused_module._Conv, "onto", lambda self, x, total: real(self, x, total) * 1.5)
    assert fuse(net, torch.float32) is None


def test_without_the_operators_the_plain_network_answers(tmp_path, monkeypatch):
    scan, model = volume(noisy_water((2, 40, 24))), tiny_model(tmp_path)
    fast = Denoiser(model, "cpu").denoise(scan)

    def absent(self, *args):
        raise AttributeError("no such operator")

    monkeypatch.setattr(fused_module._Conv, "_plain", absent)
    denoiser = Denoiser(model, "cpu")
    assert denoiser._runner.fused is None
    denoiser.warm_up((16, 16))
    assert np.abs(denoiser.denoise(scan).astype(int) - fast).max() <= 2
