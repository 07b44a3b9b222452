"""The network itself: what it is told about the noise."""

import pytest

torch = pytest.importorskip("torch")

from ldct_viewer.denoise.model_file import load_model  # noqa: E402

REACH_PX = 96  # beyond which nothing changes a pixel: the network sees some 80 pixels far


@pytest.fixture(scope="module")
def net():
    return load_model("fast").net


@pytest.fixture(scope="module")
def noisy():
    return 40 + 20 * torch.randn((2, 3, 61, 320), generator=torch.Generator().manual_seed(1))


def test_an_even_map_of_the_noise_level_says_the_same_as_one_number(net, noisy):
    told = torch.tensor([20.0, -1.0])
    with torch.no_grad():
        one = net(noisy, told)
        many = net(noisy, told[:, None, None].expand(-1, *noisy.shape[-2:]))
    assert torch.allclose(one, many, atol=1e-3)


def test_where_a_map_says_quiet_less_is_taken_away(net, noisy):
    level = torch.full((2, 61, 320), 3.0)
    level[:, :, 160:] = 40.0
    with torch.no_grad():
        mapped = net(noisy, level)
        quiet, loud = (net(noisy, torch.full((2,), sd)) for sd in (3.0, 40.0))
    assert torch.allclose(mapped[..., : 160 - REACH_PX], quiet[..., : 160 - REACH_PX], atol=1e-3)
    assert torch.allclose(mapped[..., 160 + REACH_PX :], loud[..., 160 + REACH_PX :], atol=1e-3)
    assert quiet.std() > 1.5 * loud.std()  # so the two halves do differ
