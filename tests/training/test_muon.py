"""The optimiser of the recipe."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from ldct_viewer.denoise.network import ARCHITECTURES, build  # noqa: E402
from ldct_viewer.training.muon import ConvMuon  # noqa: E402


def _with_gradients(net):
    generator = torch.Generator().manual_seed(5)
    for p in net.parameters():
        p.grad = torch.randn(p.shape, generator=generator)
    return net


def test_a_step_moves_every_kernel_itself_along_all_directions_alike():
    net = build(ARCHITECTURES["fast"]).to(memory_format=torch.channels_last)
    optimiser = ConvMuon(_with_gradients(net), 1e-2, weight_decay=0.0)
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    optimiser.step()
    for name, p in net.named_parameters():
        moved = (p.detach() - before[name]).numpy()
        assert np.abs(moved).max() > 0, name
        if p.ndim == 4 and not name.startswith(("stem", "head")):
            sizes = np.linalg.svd(moved.transpose(0, 2, 3, 1).reshape(len(moved), -1), compute_uv=False)
            assert sizes.max() < 2.5 * sizes.min(), name  # Newton-Schulz leaves 0.7 to 1.2; a plain gradient far more
            assert np.sqrt((moved**2).mean()) == pytest.approx(0.19e-2, rel=0.37), name  # AdamW's usual size


def test_the_learning_rate_is_that_of_both_parts_and_gradients_are_forgotten():
    net = build(ARCHITECTURES["fast"]).to(memory_format=torch.channels_last)
    optimiser = ConvMuon(_with_gradients(net), 1e-2)
    before = [p.detach().clone() for p in net.parameters()]
    optimiser.set_learning_rate(0.0)
    optimiser.step()
    assert all(torch.equal(p, b) for p, b in zip(net.parameters(), before, strict=True))
    optimiser.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_a_network_whose_kernels_would_be_copied_is_refused():
    with pytest.raises(ValueError, match="channels-last"):
        ConvMuon(build(ARCHITECTURES["fast"]), 1e-3)
