"""The network itself: what it is told about the noise, and where its answer counts."""

import pytest

torch = pytest.importorskip("torch")

from ldct_viewer.denoise.model_file import load_model  # noqa: E402
from ldct_viewer.denoise.network import corrected  # noqa: E402

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


def test_air_that_noise_takes_below_the_floor_is_denoised_like_any_other(net):
    air = -1000 + 50 * torch.randn((1, 3, 128, 128), generator=torch.Generator().manual_seed(2))
    assert (air < -1024).float().mean() > 0.25  # a file with room below −1024 holds them
    with torch.no_grad():
        out = net(air, torch.tensor([50.0]))
    assert out.min() >= -1024 and out.std() < 0.35 * air[:, 1].std()


def test_of_what_was_not_reconstructed_nothing_moves_up_to_its_very_rim():
    axis = torch.arange(128) - 63.5
    circle = torch.hypot(axis[:, None], axis[None]) < 60
    for floor in (-1024.0, -2000.0, -3024.0):
        centre = torch.where(circle, torch.tensor(-900.0), torch.tensor(floor))[None, None]
        out = corrected(centre, torch.full_like(centre, 30.0))[0, 0]
        assert (out[circle] == -930).all()
        assert (out[~circle] == floor).float().mean() > (0.99 if floor == -1024 else 0.9999)


def test_a_lone_voxel_of_padding_stays_and_a_lone_one_of_noise_does_not():
    centre = torch.full((1, 1, 9, 9), -1000.0)
    centre[..., 2, 2], centre[..., 6, 6] = -3024.0, -1100.0
    out = corrected(centre, torch.zeros_like(centre))[0, 0]
    assert out[2, 2] == -3024 and out[6, 6] == -1024
