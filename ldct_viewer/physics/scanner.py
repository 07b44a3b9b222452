"""The scanner: geometry, effective energy, bowtie, tube current modulation, detector noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MU_WATER_PER_MM = 0.0192  # water at about 70 keV, the effective energy of 120 kVp behind a body


@dataclass(frozen=True)
class Scanner:
    """A third-generation fan-beam CT, lengths in mm.

    ``photons`` is what one detector channel counts in one view without an object at full dose, behind
    the thinnest part of the bowtie, at mean tube current. ``electronic`` is the SD of the electronic
    noise in photons.
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
        middle = p.quantile(0.97, dim=-1, keepdim=True)
        if reference is None:
            reference = middle.mean(dim=-2, keepdim=True)
        return (self.modulation * (middle - reference)).exp().clamp(0.2, 5.0)

    def expected_photons(self, p: Any, s_mm: Any, current: Any, dose: float = 1.0) -> Any:
        """Photons counted: a · N0 · b(γ) · m(θ, z) · exp(−p)."""
        return dose * self.photons * current * (-(p + self.bowtie_path(s_mm))).exp()

    def log_variance(self, expected: Any) -> Any:
        """Variance of the log data, 1/I + σe²/I² (Yu 2012); ``expected`` photons I are floored at a tenth."""
        i = expected.clamp(min=0.1)
        return 1 / i + self.electronic**2 / i**2

    def added_log_variance(self, expected_full: Any, dose: float, source_dose: float = 1.0) -> Any:
        """Variance that lowering the dose from ``source_dose`` to ``dose`` adds to the log data.

        (1/a − 1/a0) / I + (1/a² − 1/a0²) σe² / I², with I the photons at dose 1; a0 = inf for a noise-free source.
        """
        if not 0 < dose <= source_dose:
            raise ValueError(f"dose must be above 0 and at most the source's ({source_dose:g}), not {dose:g}")
        i = expected_full.clamp(min=0.1 / dose)
        return (1 / dose - 1 / source_dose) / i + (1 / dose**2 - 1 / source_dose**2) * self.electronic**2 / i**2
