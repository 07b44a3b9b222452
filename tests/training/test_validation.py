"""The held-out pairs: noise that neighbouring slices share as they share their photons."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.training.sources import SOURCES, CleanVolume
from ldct_viewer.training.validation import held_out_pairs


@pytest.mark.parametrize(("name", "shared"), [("cap-cap001", 0.8), ("Br38-abdomen", 1 / 3), ("UB-head", 0.0)])
def test_neighbours_share_noise_as_far_as_they_overlap(name, shared):
    """Sliding means of five: 4/5; 3 mm every 2 mm: 1/3; thick slices side by side: none."""
    (source,) = (s for s in SOURCES if s.name == name)
    water = np.full((6, 320, 320), 40.0, np.float32)
    for pair in held_out_pairs([CleanVolume(source, water, 0.8, 2.0)], slices=1):
        noise = pair.noisy - pair.clean
        below, above = (np.corrcoef(noise[1].ravel(), noise[n].ravel())[0, 1] for n in (0, 2))
        assert below == pytest.approx(shared, abs=0.05) and above == pytest.approx(shared, abs=0.05)
        assert noise[0].std() == pytest.approx(noise[1].std(), rel=0.05)
