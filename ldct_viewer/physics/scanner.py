"""The scanner: geometry, effective energy, bowtie, tube current modulation, detector noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .detector import log_count_variance

MU_WATER_PER_MM = 0.0192  # water at about 70 keV, the effective energy of 120 kVp behind a body


@dataclass(frozen=True)
class Scanner:
    """A third-generation fan-beam CT, lengths in mm.

    ``photons`` is what one detector channel counts in one view without an object at full dose, behind
    the thinnest part of the bowtie, at mean tube current. ``electronic`` is the SD of the electronic
    noise in photons. ``afterglow`` is the share of the detector's signal that comes late and dies away by 1/e in
    ``afterglow_views`` views (0: none; :func:`.detector.afterglow`); only whole scans (:mod:`.fan`) know of it.
    """

    source_to_axis_mm: float = 570.0
    source_to_detector_mm: float = 1040.0
    channels: int = 736
    channel_mm: float = 1.3  # pitch on the detector arc; 0.71 mm at the axis
    views: int = 1152  # per turn
    mu_water: float = MU_WATER_PER_MM
    photons: float = 3.2e5
    electronic: float = 8.0
    bowtie_radius_mm: float = 165.0
    bowtie_strength: float = 0.5  # 0: none; 1: levels a water cylinder of that radius completely
    modulation: float = 0.5  # exponent of the angular and axial tube current modulation; 0: none, 1: full
    afterglow: float = 0.0
    afterglow_views: float = 3.0

    @property
    def fan_pitch_rad(self) -> float:
        """Angle between neighbouring channels."""
        return self.channel_mm / self.source_to_detector_mm

    def bowtie_path(self, s_mm: Any) -> Any:
        """Line integral through the bowtie of the ray that passes the axis at distance ``s_mm`` (torch tensor)."""
        chord = (self.bowtie_radius_mm**2 - s_mm**2).clamp(min=0.0).sqrt()
        return self.mu_water * self.bowtie_strength * 2 * (self.bowtie_radius_mm - chord)

    def tube_current(self, p: Any, reference: Any | None = None) -> Any:
        """Relative tube current of each view for line integrals ``p`` (…, views, bins): mean near 1, (…, views, 1).

        m ∝ exp(q · p_mid): q = ½ is the modulation that minimises noise at constant total dose (Gies et al.,
        Med Phys 1999: current ∝ √attenuation). ``reference`` is the p_mid at which m = 1: the series' mean,
        so that thick levels get more (axial modulation); without it, each picture's own mean (angular only).
        """
        middle = self.middle_path(p)
        if reference is None:
            reference = middle.mean(dim=-2, keepdim=True)
        return (self.modulation * (middle - reference)).exp().clamp(0.2, 5.0)

    @staticmethod
    def middle_path(p: Any) -> Any:
        """p_mid of every view: the 97th percentile of its rays, (…, views, bins) → (…, views, 1)."""
        place = 0.97 * (p.shape[-1] - 1)
        count = p.shape[-1] - int(place)  # from the largest down to the one below the percentile
        largest = p.topk(count, dim=-1).values  # torch's quantile takes no more than 16 million values
        below = largest[..., -1:]
        return below + (place - int(place)) * (largest[..., max(count - 2, 0)].unsqueeze(-1) - below)

    def expected_photons(self, p: Any, s_mm: Any, current: Any, dose: float = 1.0) -> Any:
        """Photons counted: a · N0 · b(γ) · m(θ, z) · exp(−p)."""
        return dose * self.photons * current * (-(p + self.bowtie_path(s_mm))).exp()

    def log_variance(self, expected: Any) -> Any:
        """Variance of the log data of ``expected`` photons (torch tensor, any shape), bounded where they are few.

        1/I + σe²/I² (Yu 2012) wherever there is signal: see :func:`.detector.log_count_variance`.
        """
        return log_count_variance(expected, self.electronic)

    def added_log_variance(self, expected_full: Any, dose: Any, source_dose: float = 1.0) -> Any:
        """Variance that lowering the dose from ``source_dose`` to ``dose`` adds to the log data.

        V(a I) − V(a0 I), V of :meth:`log_variance`, I the photons at dose 1 (tensor); a0 = inf for a noise-free source.
        Where there is signal that is (1/a − 1/a0) / I + (1/a² − 1/a0²) σe² / I² (Yu 2012). ``dose`` is a number or a
        tensor that broadcasts with I. ValueError unless 0 < dose ≤ source_dose.
        """
        low, high = (float(dose.min()), float(dose.max())) if hasattr(dose, "min") else (dose, dose)
        if not 0 < low <= high <= source_dose:
            raise ValueError(
                f"dose must be above 0 and at most the source's ({source_dose:g}), not {low:g} to {high:g}"
            )
        added = self.log_variance(dose * expected_full)
        if source_dose != float("inf"):
            added = added - self.log_variance(source_dose * expected_full)
        # at a photon or two the log of still fewer counts varies less: there nothing can be added
        return added.clamp(min=0)
