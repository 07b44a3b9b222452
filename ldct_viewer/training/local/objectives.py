"""The three objectives: real pairs, simulated dose, low dose alone. Each makes examples and held-out slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from ...denoise import THICK_MM
from ..shapes import detail_map, inserts
from .examples import (
    AIR_CROP_HU,
    Example,
    augment_hu,
    cut_levels,
    drawn_details,
    neighbours,
    place,
    same_slice_same,
    turn,
)
from .noise_maps import NoiseMaps
from .plan import Plan
from .sources import Chooser, Material
from .split import Split
from .store import Unreadable
from .texture import TextureBank

if TYPE_CHECKING:
    from .report import Pair

PHANTOMS = 0.2  # share of examples that are drawn phantoms under the series' own noise
_TRIES = 24
_MAX_TEXTURES = 16
_SIMILAR_HU = 25.0  # neighbouring slices differ by less (after cleaning, smoothed): the same anatomy


@dataclass(frozen=True)
class Held:
    """One slice that is only measured: ``noisy`` (3, y, x), ``reference`` and ``mask`` (y, x), HU.

    ``level`` weighs the loss. ``noise``: a picture as noisy as the reference is itself, where that noise is known
    to be independent of the input's; the error of a result is its mean square distance minus that noise's.
    """

    noisy: NDArray[np.float32]
    reference: NDArray[np.float32]
    mask: NDArray[np.bool_]
    sigma: float
    level: float
    noise: NDArray[np.float32] | None = None
    anchor: NDArray[np.float32] | None = None
    kind: str = ""  # of scan (Examined.kind)

    def example(self) -> Example:
        """As something to take the loss on; every reference is a scan, noise and all."""
        mask, reference = self.mask.astype(np.float32)[None], self.reference[None]
        return Example(self.noisy, reference, self.sigma, self.level, mask, np.zeros_like(mask), noisy_target=True)

    @property
    def true_mean(self) -> NDArray[np.float32]:
        """Whose mean HU a result must keep: the reference, or the input where that shows other anatomy."""
        return self.reference if self.anchor is None else self.anchor


class Objective:
    """Base: where examples come from. ``seed`` and ``step`` decide everything."""

    def __init__(self, material: Material, split: Split, plan: Plan) -> None:
        self.material, self.split, self.plan = material, split, plan
        self.chooser = Chooser(self.sources(split.train), plan.seed)
        self._slots, measured = texture_slots(material)
        self.bank = TextureBank([material.texture(s) for s in measured], plan.seed)
        self.maps = NoiseMaps(material, measured, plan.seed)

    def sources(self, slices: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
        """The slices an input may come from (of those trained on, or of those held out)."""
        return slices

    def example(self, step: int, index: int) -> Example:
        """Example ``index`` of ``step``; the same for the same seed, on any machine and process count."""
        rng = np.random.default_rng([self.plan.seed, step, index])
        for _ in range(_TRIES):
            s, k = self.chooser.draw(rng, step)
            try:
                made = self.phantom(rng, s, k) if rng.random() < PHANTOMS else self.make(rng, s, k)
            except Unreadable:
                continue
            if made is not None:
                return made
        raise_no_slices()

    def phantom(self, rng: np.random.Generator, s: int, k: int) -> Example:
        """Inserts about as high as the noise of slice ``k``, known exactly, under noise of its texture and level.

        No scan shows a network where the rim of something so faint is, and one that does not practise it blurs it.
        """
        near, sd = self.near(rng, s, k), self.input_noise(rng, s, k)
        shape = (self.material.series[s].found.shape[1], self.material.series[s].found.shape[2])
        size = self.crop_size(shape)
        hu, body = inserts(rng, size, sd)
        hu = same_slice_same(hu, near)
        noise = same_slice_same(self.unit_noise(rng, s, k, (*place(rng, shape, size), size)), near)
        told = -1.0 if rng.random() < 0.05 else sd
        detail = detail_map(hu[1] - body)[None]
        return Example(hu + np.float32(sd) * noise, hu[1:2], told, sd, np.ones_like(detail), detail, False)

    def input_noise(self, rng: np.random.Generator, s: int, k: int) -> float:
        """The noise's SD (HU) in some picture as the network gets them from slice ``k``."""
        return self.material.sigma(s, k) * float(np.exp(rng.normal(0.05, 0.2)))

    def make(self, rng: np.random.Generator, s: int, k: int) -> Example | None:
        """One example from slice ``k`` of series ``s``; ``None``: this crop is of no use, draw again."""
        raise NotImplementedError

    def held(self, count: int = 8) -> list[Held]:
        """The same held-out slices every time, spread over all that are held out; of each kind of scan some."""
        places: dict[str, list[tuple[int, int]]] = {}
        for s, ks in enumerate(self.sources(self.split.held)):
            places.setdefault(self.material.series[s].kind, []).extend((s, k) for k in ks)
        kinds = {kind: all_of for kind, all_of in places.items() if all_of}
        each = max(-(-count // max(len(kinds), 1)), 2 if len(kinds) <= count else 1)
        made = []
        chosen = [place for kind in sorted(kinds) for place in _spread(kinds[kind], each)]
        for n, (s, k) in enumerate(_spread(chosen, 2 * count)):
            try:
                one = self.hold(np.random.default_rng([2024, n]), s, k)
            except Unreadable:
                continue
            if one is not None:
                made.append(replace(one, kind=self.material.series[s].kind))
        if not made:
            raise_no_slices()
        return made

    def hold(self, rng: np.random.Generator, s: int, k: int) -> Held | None:
        """Slice ``k`` of series ``s`` with its reference."""
        raise NotImplementedError

    # -- shared by the objectives -----------------------------------------------------------------

    def near(self, rng: np.random.Generator | None, s: int, k: int) -> tuple[int, int, int]:
        """What the network sees around slice ``k``; in training the centre often stands in for neighbours."""
        if rng is not None and rng.random() < 0.25:
            return k, k, k
        return neighbours(k, self.material.depth(s), self.material.step_mm(s), THICK_MM)

    def crop_size(self, shape: tuple[int, ...]) -> int:
        """Side of a crop (pixels, a multiple of 8) that fits a slice of ``shape`` (y, x)."""
        return min(self.plan.crop, shape[0] // 8 * 8, shape[1] // 8 * 8)

    def unit_noise(
        self, rng: np.random.Generator, s: int, k: int, box: tuple[int, int, int], held: bool = False
    ) -> NDArray[np.float32]:
        """Noise (3, y, x) of unit SD in soft tissue for the crop ``box`` (top, left, size) of slice ``k``."""
        top, left, size = box
        m = self.material
        shape = (m.series[s].found.shape[1], m.series[s].found.shape[2])
        maps = self.maps.pick(self._slots[s], rng, k / max(m.depth(s) - 1, 1), shape, box, held)
        if maps is not None:
            return maps if rng.random() < 0.5 else np.negative(maps, out=maps)
        levels = cut_levels(m.levels(s, k), top, left, size, shape)
        return self.bank.draw(self._slots[s], rng, levels, 3, 0.0)

    def noised(
        self, rng: np.random.Generator, s: int, k: int, added: float, total: float, clean: bool
    ) -> Example | None:
        """A crop with noise of the series' own texture added, SD ``added``; ``total`` is told to the network.

        The target is the cleaned slice, or (``clean`` False) the slice as it is, noise and all.
        """
        m, near = self.material, self.near(rng, s, k)
        stack = [m.clean(s, n) if clean else m.hu(s, n) for n in near]
        shape = (stack[1].shape[0], stack[1].shape[1])
        size = self.crop_size(shape)
        top, left = place(rng, shape, size)
        crop = np.stack([one[top : top + size, left : left + size] for one in stack]).astype(np.float32)
        if crop[1].mean() < AIR_CROP_HU and rng.random() > 0.1:
            return None
        noise = same_slice_same(self.unit_noise(rng, s, k, (top, left, size)), near)
        both, _ = turn(rng, np.concatenate((crop, noise)))
        drawn, detail = drawn_details(rng, size, total, near)
        crop = augment_hu(rng, both[:3]) + drawn
        noisy = np.maximum(crop + np.float32(added) * both[3:], np.float32(-1024.0))
        told = -1.0 if rng.random() < 0.05 else total * float(np.exp(rng.normal(0.0, 0.08)))
        return Example(noisy, crop[1:2], told, total, np.ones_like(crop[1:2]), detail, not clean)


class Simulated(Objective):
    """Full dose only: the low-dose side is simulated at the plan's dose fractions.

    Three in four examples: the full-dose slice as it is, to be restored from what a lower dose would show.
    The others: a cleaned slice under the noise of any dose up to the full one, so that the full-dose
    series itself, too, is denoised.
    """

    clean_share = 0.25

    def input_noise(self, rng: np.random.Generator, s: int, k: int) -> float:
        """That of the lowest dose up to that of the full one."""
        dose = float(np.exp(rng.uniform(np.log(min(self.plan.doses) * 0.8), 0.0)))
        return self.material.sigma(s, k) / float(np.sqrt(dose))

    def make(self, rng: np.random.Generator, s: int, k: int) -> Example | None:
        """Noise variance added on the way from full dose to a: σ² (1/a − 1)."""
        low, high = min(self.plan.doses) * 0.8, min(max(self.plan.doses) * 1.25, 0.9)
        sigma = self.material.sigma(s, k)
        if rng.random() < self.clean_share:
            sd = self.input_noise(rng, s, k)
            return self.noised(rng, s, k, sd, sd, clean=True)
        dose = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        return self.noised(rng, s, k, sigma * np.sqrt(1 / dose - 1), sigma / np.sqrt(dose), clean=False)

    def hold(self, rng: np.random.Generator, s: int, k: int) -> Held | None:
        """The full-dose slice itself is the reference, not what a network made of it."""
        m, doses = self.material, sorted(self.plan.doses)
        dose = doses[int(rng.integers(len(doses)))]
        near = self.near(None, s, k)
        stack = np.stack([m.hu(s, n) for n in near]).astype(np.float32)
        size = min(stack.shape[1:])
        stack = stack[:, :size, :size]
        sigma = m.sigma(s, k)
        noise = same_slice_same(self.unit_noise(rng, s, k, (0, 0, size), held=True), near)
        noisy = np.maximum(stack + np.float32(sigma * np.sqrt(1 / dose - 1)) * noise, np.float32(-1024.0))
        total = sigma / np.sqrt(dose)
        return Held(noisy, stack[1], _body(stack[1]), float(total), float(total))


class Pairs(Objective):
    """Low- and full-dose series of the same anatomy: the low one in, the full one as target."""

    def __init__(self, material: Material, split: Split, plan: Plan, pairs: Sequence[Pair]) -> None:
        self.pairs = tuple(pairs)
        self._full = {p.low: p.full for p in pairs}
        self._at = {p.low: _matching(material, p) for p in pairs}
        super().__init__(material, split, plan)

    def sources(self, slices: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
        """Low-dose slices that have a full-dose slice at their place."""
        return [[k for k in ks if k in self._at.get(s, {})] for s, ks in enumerate(slices)]

    def make(self, rng: np.random.Generator, s: int, k: int) -> Example | None:
        """The same crop of both series."""
        m = self.material
        full = m.hu(self._full[s], self._at[s][k])
        size = self.crop_size(full.shape)
        top, left = place(rng, (full.shape[0], full.shape[1]), size)
        if full[top : top + size, left : left + size].mean() < AIR_CROP_HU and rng.random() > 0.1:
            return None
        near = self.near(rng, s, k)
        stack = [*(m.hu(s, n) for n in near), full]
        crop = np.stack([one[top : top + size, left : left + size] for one in stack]).astype(np.float32)
        crop, _ = turn(rng, crop)
        sigma = m.sigma(s, k)
        drawn, detail = drawn_details(rng, size, sigma, near)
        told = -1.0 if rng.random() < 0.05 else sigma
        target = crop[3:] + drawn[1:2]
        return Example(crop[:3] + drawn, target, told, sigma, np.ones_like(target), detail, True)

    def hold(self, rng: np.random.Generator, s: int, k: int) -> Held | None:
        """The full-dose slice is the reference."""
        m = self.material
        noisy = np.stack([m.hu(s, n) for n in self.near(None, s, k)]).astype(np.float32)
        full = m.hu(self._full[s], self._at[s][k]).astype(np.float32)
        return Held(noisy, full, _body(full), m.sigma(s, k), m.sigma(s, k))


class SelfSupervised(Objective):
    """Low dose only. Half of the examples: the start model's cleaned slices under noise of the series' own
    texture and level; half: neighbouring slices with independent noise as targets, where they look alike.

    Limits: what the start model never sees it cannot bring back, and neighbours teach only where anatomy
    lasts from slice to slice.
    """

    neighbour_share = 0.5

    def reach(self, s: int) -> int:
        """Slices to the nearest one whose noise is independent of all the network is shown; 0: none near."""
        from .report import thickness

        step = max(self.material.step_mm(s), 0.1)
        apart = max(1, int(np.ceil(thickness(self.material.series[s].found) / step - 0.05)))
        shown = 1 if step <= THICK_MM else 0
        reach = apart + shown
        return reach if reach * step <= 12.0 else 0

    def make(self, rng: np.random.Generator, s: int, k: int) -> Example | None:
        """One of the two kinds."""
        if rng.random() < self.neighbour_share and self.reach(s):
            return self._neighbour(rng, s, k)
        sd = self.input_noise(rng, s, k)
        return self.noised(rng, s, k, sd, sd, clean=True)

    def _neighbour(self, rng: np.random.Generator, s: int, k: int) -> Example | None:
        m = self.material
        other = k + (self.reach(s) if rng.random() < 0.5 else -self.reach(s))
        if not 0 <= other < m.depth(s) or other in self.split.held[s]:
            return None
        target = m.hu(s, other)
        size = self.crop_size(target.shape)
        top, left = place(rng, (target.shape[0], target.shape[1]), size)
        box = np.s_[top : top + size, left : left + size]
        alike = similar(m.clean(s, k)[box], m.clean(s, other)[box])
        if alike.mean() < 0.3 or target[box].mean() < AIR_CROP_HU:
            return None
        near = self.near(rng, s, k)
        stack = [m.hu(s, n)[box] for n in near]
        crop = np.stack([*stack, target[box], alike]).astype(np.float32)
        crop, _ = turn(rng, crop)
        sigma = m.sigma(s, k)
        drawn, detail = drawn_details(rng, size, sigma, near)
        told = -1.0 if rng.random() < 0.05 else sigma
        return Example(crop[:3] + drawn, crop[3:4] + drawn[1:2], told, sigma, crop[4:5], detail, True)

    def hold(self, rng: np.random.Generator, s: int, k: int) -> Held | None:
        """Mean of the neighbours below and above, where they agree.

        Half their difference is its noise, once the anatomy in that (smooth, and seen when cleaned) is taken off.
        """
        from scipy.ndimage import uniform_filter

        m, reach = self.material, self.reach(s) or 1
        if not (reach <= k < m.depth(s) - reach):
            return None
        below, above = (m.hu(s, n).astype(np.float32) for n in (k - reach, k + reach))
        reference = np.asarray((below + above) / 2, dtype=np.float32)
        calm_below, calm_above = m.clean(s, k - reach), m.clean(s, k + reach)
        mask = similar(calm_below, calm_above) & _body(reference)
        if mask.sum() < 2000:
            return None
        noisy = np.stack([m.hu(s, n) for n in self.near(None, s, k)]).astype(np.float32)
        anatomy = uniform_filter(calm_above.astype(np.float32) - calm_below, 5)
        noise = np.asarray((above - below - anatomy) / 2, dtype=np.float32)
        return Held(noisy, reference, mask, m.sigma(s, k), m.sigma(s, k), noise, noisy[1])


def _spread(places: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Up to ``count`` of them, evenly from the first to the last."""
    if not places:
        return []
    return [places[i] for i in sorted({int(v) for v in np.linspace(0, len(places) - 1, min(count, len(places)))})]


def texture_slots(material: Material) -> tuple[list[int], list[int]]:
    """(slot of each series, the series a slot's texture is measured on).

    One scanner, kernel, pixel size and thickness has one texture: that bounds time and memory with any
    number of series; beyond ``_MAX_TEXTURES`` kinds, neighbours in that order share.
    """
    keys = []
    for one in material.series:
        meta, spacing = one.found.meta, one.found.geometry.spacing_mm
        keys.append((meta.manufacturer, meta.kernel, meta.model_name, round(spacing[2], 1), round(spacing[0], 1)))
    kinds = sorted(set(keys))
    share = -(-len(kinds) // _MAX_TEXTURES)
    slots = [kinds.index(key) // share for key in keys]
    return slots, [slots.index(slot) for slot in range(max(slots) + 1)]


def similar(a: NDArray[np.int16], b: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Where two cleaned slices show the same anatomy: smoothed over 5 px they differ by little."""
    from scipy.ndimage import uniform_filter

    return np.asarray(uniform_filter(np.abs(a.astype(np.float32) - b), 5) < _SIMILAR_HU)


def _body(hu: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Everything that is not the scanner's floor."""
    return np.asarray(hu > -1020)


def _matching(material: Material, pair: Pair) -> dict[int, int]:
    """Low slice → full slice at the same place (within a quarter of a step)."""
    low, full = (material.series[n].found.geometry for n in (pair.low, pair.full))
    places = {}
    for k in range(low.shape[0]):
        at, _, _ = full.lps_to_index(low.index_to_lps(k, 0, 0))
        if abs(at - round(at)) < 0.25 and 0 <= round(at) < full.shape[0]:
            places[k] = round(at)
    return places


def raise_no_slices() -> NoReturn:
    """Say that nothing usable is left."""
    from ...errors import OpenError

    raise OpenError(
        "No slice of these scans can be used for training.", "Choose another folder.", code="nothing_to_learn"
    )
