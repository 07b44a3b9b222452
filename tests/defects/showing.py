"""Planted defects: window, planes, views, denoising, jobs, settings, command line."""

# ruff: noqa: E501, N817 - a table

from __future__ import annotations

from .defect import Defect as D

_WIN, _PLANES, _SOURCE = "test_window.py", "test_planes.py", "ui/test_views_source.py"
_ENGINE, _MODEL = "denoise/test_engine.py", "denoise/test_model_file.py"
_UI, _DEN, _CLI = "ui/test_views_page.py ui/test_views_mouse.py", "denoise jobs cli", "cli jobs journeys"

DEFECTS = (
    D("voi-linear-width", "window.py", "/ (w - 1.0) + 0.5", "/ w + 0.5", "greys differ from every other viewer's in narrow windows", _WIN, "ui"),
    D("voi-limits-half", "window.py", "return window.level - 0.5 - half", "return window.level - half", "the fast grey table is half an HU off the standard's", _WIN, "ui"),
    D("voi-drag-step", "window.py", "max(1.0, self.width / 200.0)", "min(1.0, self.width / 200.0)", "wide windows hardly move under the mouse", _WIN, "ui"),
    D("lut-colours-swapped", "ui/views/lut.py", "_NEGATIVE, _ZERO, _POSITIVE, strict", "_POSITIVE, _ZERO, _NEGATIVE, strict", "what the network added is shown as removed", _SOURCE, "ui"),
    D("lut-invert", "ui/views/lut.py", "grey = 255 - grey", "grey = 256 - grey", "white wraps to black when inverted", _SOURCE, "ui"),
    D("plane-letters", "planes.py", "direction_letters(-right),\n                direction_letters(right),", "direction_letters(right),\n                direction_letters(-right),", "R and L are exchanged on the screen", _PLANES, "ui"),
    D("plane-to-voxel-flip", "planes.py", "voxel[self.col_axis] = shape[self.col_axis] - 1 - col", "voxel[self.col_axis] = shape[self.col_axis] - col", "clicks on flipped planes land one voxel off", _PLANES, "ui quality"),
    D("plane-mm-swapped", "planes.py", "geometry.spacing_mm[self.row_axis], geometry.spacing_mm[self.col_axis]", "geometry.spacing_mm[self.col_axis], geometry.spacing_mm[self.row_axis]", "coronal and sagittal pictures are squashed", _PLANES, "ui"),
    D("plane-gap-filled", "planes.py", "<= 0.75 * step, nearest, -1)", "<= 0.75 * step, nearest, nearest)", "missing slices are filled with a neighbour in silence", _PLANES, "ui"),
    D("plane-coronal-head", "ui/views/plane_grid.py", '"coronal": -column[1]', '"coronal": column[1]', "the wheel scrolls coronal planes the wrong way", _UI, "ui"),
    D("plane-irregular-k", "ui/views/plane_grid.py", "mm = self._start + voxel[0] * self._step", "mm = voxel[0] * self._step + self._step", "on irregular stacks the linked cursor is a slice off", _SOURCE + " " + _UI, "ui"),
    D("view-strength-ignored", "ui/views/plane_source.py", "(low_hu, denoised, strength)", "(low_hu, denoised, 1.0)", "the slider moves, the picture does not", _SOURCE, "ui"),
    D("view-stale-block", "ui/views/plane_source.py", "            if index is None:\n                for near in self._near.values():\n                    near.forget()\n", "", "sagittal views keep showing slices as they were before denoising", _SOURCE, "ui"),
    D("view-undenoised-shown", "ui/views/plane_source.py", """ready is not True and kind == "denoised":""", """ready is None and kind == "denoised":""", "slices not yet denoised are shown as black or rubbish", _SOURCE, "ui"),
    D("view-missing-unmarked", "ui/views/plane_source.py", "~np.asarray(ready) & np.asarray(loaded)", "np.asarray(ready) & np.asarray(loaded)", "the hatching marks what is denoised", _SOURCE, "ui"),
    D("view-zoom-clamped", "ui/views/camera.py", "    factor = zoom / camera.zoom\n", "", "at the largest zoom the picture runs away under the wheel", _UI, "ui"),
    D("view-inside-edge", "ui/views/camera.py", "-0.5 <= row < self.rows - 0.5 and", "-0.5 <= row <= self.rows and", "a pointer below the picture still reads HU", _UI, "ui"),
    D("view-anonymous-place", "ui/views/overlay_text.py", '"" if view.state.anonymous else meta.institution', "meta.institution", "the hospital's name stays on anonymous screenshots", _UI, "ui"),
    D("view-difference-sign", "ui/views/overlay_text.py", "change = right - low", "change = low - right", "the pointer tells the change with the wrong sign", _UI, "ui journeys"),
    D("state-clamp", "ui/state.py", "max(v, 0.0), n - 1))", "max(v, 0.0), n))", "scrolling past the last slice fails", "ui/test_state.py", "ui"),
    D("blend-truncated", "blend.py", "out += low\n    np.rint(out, out=out)", "out += low", "blended HU are pulled towards 0: a bias", "denoise/test_engine.py quality/test_roi.py " + _SOURCE, "denoise quality ui"),
    D("blend-removed-strength", "blend.py", "    out *= np.float32(strength)\n    np.rint(out", "    np.rint(out", "the difference picture ignores the strength", _SOURCE, "ui"),
    # -- denoising
    D("denoise-neighbours", "denoise/engine.py", "for n in (k - 1, k, k + 1)", "for n in (k + 1, k, k - 1)", "the network gets its neighbours upside down", _ENGINE, _DEN),
    D("denoise-gap-neighbours", "denoise/engine.py", "abs(geometry.slice_position_mm(n) - geometry.slice_position_mm(k)) > THICK_MM", "geometry.spacing_mm[0] > THICK_MM", "across a gap other anatomy is mixed in", _ENGINE, _DEN),
    D("denoise-padding-in", "denoise/engine.py", "picked[volume.padding[near]] = AIR_HU", "pass", "padding such as −2000 goes into the network", _ENGINE, _DEN),
    D("denoise-padding-out", "denoise/engine.py", "np.copyto(out[k], hu[k], where=volume.padding[k])", "pass", "padding is changed by denoising", _ENGINE, _DEN),
    D("denoise-metal", "denoise/fused.py", "low <= HU_MIN or high >= METAL_START", "low <= HU_MIN and high >= METAL_START", "implants are altered", "denoise/test_fused.py " + _ENGINE, _DEN),
    D("denoise-sigma-known", "denoise/fused.py", "sigma_hu / SIGMA_SCALE if known else 0.0", "sigma_hu / SIGMA_SCALE", "where noise cannot be told the network is told nonsense", "denoise/test_fused.py", _DEN),
    D("denoise-taken-lost", "denoise/order.py", "self._remaining.update(set(slices) - self._done)", "self._remaining.difference_update(set(slices) - self._done)", "slices that ran out of memory are never denoised", "denoise/test_order.py " + _ENGINE, _DEN),
    D("denoise-noise-level", "denoise/noise_level.py", "np.percentile(sd, 10)) / 0.78", "np.percentile(sd, 10)) * 0.78", "noise is thought 40 % too low", _ENGINE, "denoise training training_local"),
    D("denoise-noise-slope", "denoise/noise_level.py", "slope_y = (blocks * ramp[:, None])", "slope_y = (blocks * ramp[None, :])", "slow shading counts as noise: too much is removed", _ENGINE, "denoise training training_local"),
    D("model-card-hash", "denoise/model_file.py", 'card["format_version"] != 1 or "card_sha256"', 'card["format_version"] != 1 and "card_sha256"', "a card without its hash is believed", _MODEL, _DEN),
    D("model-nan", "denoise/model_file.py", "torch.isfinite(w).all()", "torch.isfinite(w).any()", "a damaged model gives black pictures", _MODEL, _DEN),
    D("model-extra", "denoise/model_file.py", "if missing or extra:", "if missing:", "weights of another network end in an unexpected failure", _MODEL, _DEN),
    D("model-offsets", "denoise/model_file.py", "stop - begin != 4 * math.prod(shape) or", "", "tensors that overlap are read", _MODEL, _DEN),
    # -- jobs, settings, command line
    D("job-late-result", "jobs/job.py", "            self._relay.open = False\n", "", "a cancelled job's result overwrites the new one's", "jobs", "ui journeys"),
    D("job-done-after-cancel", "jobs/job.py", "if self.token.cancelled:", "if self.token is None:", "a cancelled job reports success", "jobs", "ui journeys"),
    D("settings-upper", "ui/settings.py", "self.low <= float(value) <= self.high", "self.low <= float(value) < self.high", "strength 100 % cannot be kept", "ui/test_window_settings.py", "ui"),
    D("settings-bool", "ui/settings.py", 'in ("true", "1")', 'in ("True", "1")', "switches forget that they were on", "ui/test_window_settings.py", "ui"),
    D("settings-recent", "ui/settings.py", "self.recent() if entry != tuple(paths))", "self.recent())", "the recent list fills with one series", "ui/test_window_settings.py", "ui"),
    D("language-system", "ui/i18n.py", "return language if language in NAMES", 'return language if language != "ko"', "a Korean desktop gets English", "ui/test_window_languages.py", "ui"),
    D("cli-cancel-code", "cli/main.py", "return EXIT_CANCELLED", "return EXIT_OK", "a cancelled batch counts as done", "cli", _CLI),
    D("cli-model-code", "cli/main.py", "(ModelError, EXIT_MODEL)", "(ModelError, EXIT_DEVICE)", "scripts react to the wrong failure", "cli", _CLI),
    D("cli-overwrites-input", "cli/denoise.py", "if target.exists() and target.samefile(source)", "if target.exists() and not force and target.samefile(source)", "--force replaces the original by its denoised twin", "cli", _CLI),
    D("cli-strength", "cli/denoise.py", "denoiser.denoise(volume, args.strength, progress)", "denoiser.denoise(volume, 1.0, progress)", "an export says 50 % and holds 100 %", "cli", _CLI),
    D("cli-padding-counted", "cli/info.py", "volume.hu if volume.padding is None else volume.hu[~volume.padding]", "volume.hu", "minimum and mean HU include padding", "cli dicom/test_cases.py", _CLI),
)
