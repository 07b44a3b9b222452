"""Widening keeps what the narrow network computes."""

from __future__ import annotations

import pytest
import torch

from ldct_viewer.denoise.network import PUNet
from ldct_viewer.training.widen import widen


def alive(channels, blocks=(1, 1, 1)):
    net = PUNet(channels, blocks)
    for p in net.parameters():
        torch.nn.init.normal_(p, std=0.1)
    return net.eval()


@torch.no_grad()
def test_the_wide_network_starts_as_the_narrow_one():
    torch.manual_seed(0)
    narrow, wide = alive((4, 8, 12)), PUNet((8, 12, 20), (1, 1, 1)).eval()
    widen(narrow, wide, jitter=0.0)
    x, sigma = torch.randn(2, 3, 32, 32) * 100, torch.tensor([20.0, -1.0])
    torch.testing.assert_close(wide.noise(x, sigma), narrow.noise(x, sigma), rtol=1e-3, atol=1e-3)


@torch.no_grad()
def test_jitter_parts_the_copies_of_a_channel():
    torch.manual_seed(0)
    wide = PUNet((8, 8, 12), (1, 1, 1))
    widen(alive((4, 8, 12)), wide)
    assert not torch.equal(wide.stem.weight[0], wide.stem.weight[4])


def test_refuses_other_depths_and_narrower_networks():
    with pytest.raises(ValueError, match="depth"):
        widen(alive((4, 8, 12)), PUNet((8, 8, 12), (1, 2, 1)))
    with pytest.raises(ValueError, match="narrower"):
        widen(alive((8, 8, 12)), PUNet((4, 8, 12), (1, 1, 1)))
