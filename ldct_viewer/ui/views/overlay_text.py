"""What the overlays say. Pure text: where it stands and how it looks is in overlays.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore

from ..words import kernel_name, person
from .plane_source import Frame

if TYPE_CHECKING:
    from .plane_view import PlaneView

_PLAIN = "#e8e8e8"
_POINTER = "#9be7ff"
_SLAB = "#ffe066"


def tr(text: str) -> str:
    """Translate in the context of the overlays."""
    return QtCore.QCoreApplication.translate("Overlay", text)


def plane_name(plane: str) -> str:
    """Name of a plane on screen."""
    return {"axial": tr("Axial"), "coronal": tr("Coronal"), "sagittal": tr("Sagittal")}[plane]


def hu(value: int) -> str:
    """HU with a true minus sign."""
    return f"{value}".replace("-", "−")


def low_title(view: PlaneView) -> str:
    """What the left side shows: the series as it came, which may be a denoised one."""
    session = view.state.session
    return tr("AI-denoised series") if session is not None and session.denoised_before else tr("Low-dose")


def right_title(view: PlaneView) -> str:
    """What the right side shows, in words; a slice that is not denoised yet is called what it is."""
    state = view.state
    percent = round(state.strength * 100)
    if state.session is None or state.session.denoised is None:
        before = state.session is not None and state.session.denoised_before
        return tr("Not denoised again") if before else tr("Not denoised")
    if state.show_original or state.right_mode == "original":
        return tr("Low-dose (original)")
    if view.source.ready() is False:
        return tr("Low-dose (not denoised yet)")
    if state.right_mode == "difference":
        return tr("Difference {0} %").format(percent)
    return tr("Denoised {0} %").format(percent)


def title(view: PlaneView, frame: Frame) -> str:
    """The chip of a view: plane and side."""
    side = low_title(view) if view.side == "low" else right_title(view)
    if view.curtain_x() is not None:
        side = f"{low_title(view)} | {side}"
    slab = slab_text(view)
    return " · ".join(part for part in (plane_name(view.plane), slab, side) if part)


def slab_text(view: PlaneView) -> str:
    """Which slab is shown and how thick it truly is; empty for a single slice."""
    span = view.source.slab()
    if span is None or view.grid is None:
        return ""
    name = {"mip": tr("MIP"), "mean": tr("average"), "minip": tr("MinIP")}[view.state.slab_mode]
    return tr("{0} {1} mm").format(name, f"{round(view.grid.extent_mm(span), 1):g}")


def badge(view: PlaneView, frame: Frame, *, short: bool = False) -> str:
    """The mark that a network made (part of) this picture; empty on low-dose pictures."""
    if frame.kind == "low" or view.source.ready() is False:
        before = view.state.session is not None and view.state.session.denoised_before
        return (tr("AI · research") if short else tr("AI-denoised series · research")) if before else ""
    percent = round(view.state.strength * 100)
    if short:
        return (tr("AI Δ {0} % · research") if frame.kind == "difference" else tr("AI {0} % · research")).format(
            percent
        )
    if frame.kind == "difference":
        return tr("AI difference {0} % · research").format(percent)
    return tr("AI denoised {0} % · research").format(percent)


def top_left(view: PlaneView) -> list[str]:
    """Patient and study."""
    session = view.state.session
    if session is None:
        return []
    meta = session.low.meta
    if view.state.anonymous:
        return [tr("Anonymous")]
    name = person(meta.patient_name)
    born = " · ".join(p for p in (meta.patient_id, _date(meta.patient_birth_date), meta.patient_sex) if p)
    study = " · ".join(p for p in (_date(meta.study_date), meta.study_description) if p)
    return [line for line in (name, born, study) if line]


def top_right(view: PlaneView) -> list[str]:
    """Series and scanner."""
    session = view.state.session
    if session is None:
        return []
    meta = session.low.meta
    number = "" if not meta.series_number else tr("Se {0}").format(meta.series_number)
    dose = [
        tr("{0} kV").format(f"{meta.kvp:g}") if meta.kvp else "",
        tr("{0} mA").format(f"{meta.tube_current_ma:.0f}") if meta.tube_current_ma else "",
        kernel_name(meta.kernel),
    ]
    place = "" if view.state.anonymous else meta.institution
    words = "" if view.state.anonymous else meta.description  # free text, as the title
    lines = (
        " · ".join(p for p in (number, words) if p),
        " · ".join(p for p in dose if p),
        " ".join(p for p in (meta.manufacturer, meta.model_name) if p),
        place,
    )
    return [line for line in lines if line]


def bottom_left(view: PlaneView, *, full: bool, small: bool, tiny: bool = False) -> list[tuple[str, str]]:
    """Pointer's HU, slice, thickness: (text, colour) from top to bottom."""
    session, grid = view.state.session, view.grid
    if session is None or grid is None:
        return []
    lines = [(line, _POINTER) for line in pointer_lines(view, small=small)]
    axis = {"axial": "z", "coronal": "y", "sagittal": "x"}[view.plane]
    position = f"{grid.position_mm(view.state.position):.1f}".replace("-", "−")
    number = f"{view.source.index() + 1} / {grid.count}"
    lines.append((number if small else tr("Slice {0}").format(number), _PLAIN))
    if not tiny:
        lines[-1] = (f"{lines[-1][0]} · {axis} {position} mm", _PLAIN)
    if full and not small and view.source.slab() is not None:
        lines.append((tr("HU and measurements: middle slice"), _SLAB))
    if full and not small and grid.axes.slice_axis == 0:
        thick = session.low.meta.slice_thickness_mm
        step = tr("step {0} mm").format(f"{session.low.geometry.spacing_mm[0]:.2f}")
        lines.append(
            (" · ".join(p for p in (tr("thickness {0} mm").format(f"{thick:g}") if thick else "", step) if p), _PLAIN)
        )
    return lines


def pointer_lines(view: PlaneView, *, small: bool) -> list[str]:
    """HU under the pointer on both sides and their difference; only on the plane pointed at."""
    state = view.state
    if state.pointer is None or state.pointer_plane != view.plane:
        return []
    low, right = view.values_at(state.pointer)
    if low is None:
        return []
    left_text = tr("LD {0}").format(hu(low))
    if right is None:
        return [left_text + " HU"]
    change = right - low
    sign = "+" if change > 0 else ""
    texts = (left_text, tr("DN {0}").format(hu(right)), f"Δ {sign}{hu(change)} HU")
    return ["  ".join(texts[:2]), texts[2]] if small else ["   ".join(texts)]


def bottom_right(view: PlaneView, *, full: bool, small: bool) -> list[str]:
    """Window, zoom, interpolation."""
    window = view.state.window
    lines = []
    if not small:
        inverted = " · " + tr("inverted") if view.state.invert else ""
        lines.append(f"W {window.width:.0f}  L {hu(round(window.level))}{inverted}")
    if full:
        kind = tr("smooth") if view.state.smooth else tr("true pixels")
        percent = f"{view.zoom_percent():.0f} %"
        lines.append(percent if small else tr("Zoom {0} · {1}").format(percent, kind))
    return lines


def geometry_banner(view: PlaneView) -> list[str]:
    """What a reader of reformatted planes must know of the stack."""
    session, grid = view.state.session, view.grid
    if session is None or grid is None or grid.z_dim is None:
        return []
    parts = []
    if grid.irregularity > 0.01:
        parts.append(tr("missing slices") if grid.slices_missing() else tr("irregular spacing"))
    if grid.tilt_deg > 0.5:
        parts.append(tr("gantry tilt {0}°, not corrected").format(f"{grid.tilt_deg:.1f}"))
    return ["⚠ " + part for part in parts]


def progress_note(view: PlaneView, frame: Frame) -> str:
    """Why this picture is black or hatched."""
    if view.source.loaded() is False:
        return tr("reading…")
    if frame.missing and view.side == "right":
        return view.state.note or tr("denoising…")
    return ""


def _date(value: str) -> str:
    """20200131 → 2020-01-31; anything else as it is."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if len(value) == 8 and value.isdigit() else value
