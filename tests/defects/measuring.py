"""Planted defects: physics, measures, training."""

# ruff: noqa: E501, N817 - a table

from __future__ import annotations

from .defect import Defect as D

_DOSE, _NOISE, _PROJ = "physics/test_dose.py", "physics/test_noise.py", "physics/test_projection.py"
_PARTS, _TL = "training_local/test_parts.py", "training_local"

DEFECTS = (
    D("phys-electronic-exponent", "physics/scanner.py", "(1 / dose**2 - 1 / source_dose**2) * self.electronic", "(1 / dose - 1 / source_dose) * self.electronic", "behind shoulders simulated low dose is far too quiet", _NOISE, "physics"),
    D("phys-dose-inverted", "physics/scanner.py", "return (1 / dose - 1 / source_dose) / i", "return (1 / dose - source_dose) / i", "noise of a source below full dose is counted wrongly", _NOISE, "physics"),
    D("phys-bowtie-half", "physics/scanner.py", "* 2 * (self.bowtie_radius_mm - chord)", "* (self.bowtie_radius_mm - chord)", "noise at the rim is too low", _NOISE, "physics"),
    D("phys-bowtie-sign", "physics/scanner.py", "-(p + self.bowtie_path(s_mm))", "-(p - self.bowtie_path(s_mm))", "more photons behind the bowtie than in front of it", _NOISE, "physics"),
    D("phys-modulation-sign", "physics/scanner.py", "(middle - reference)).exp()", "(reference - middle)).exp()", "tube current falls where the body is thick: streaks the wrong way", _NOISE, "physics"),
    D("phys-ramp-zero", "physics/fbp.py", "1 / (4 * bin_mm**2)", "1 / (4 * bin_mm)", "reconstructed HU are off by a constant share", _PROJ, "physics"),
    D("phys-rebin-sign", "physics/fan.py", "+ turn - sign * gamma", "+ turn + sign * gamma", "fan data are laid at the wrong angle: blur and wrong noise", _PROJ, "physics"),
    D("phys-same-noise", "physics/dose.py", "(seed * 1_000_003 + number)", "(seed * 1_000_003)", "all slices get the same noise: neighbours give it away to a network", _DOSE, "physics"),
    D("phys-padding-noisy", "physics/dose.py", "np.where(source <= AIR_HU, source, noisy)", "np.where(source < AIR_HU, source, noisy)", "outside the scanner's circle there is noise", _DOSE, "physics"),
    D("phys-match-square", "physics/dose.py", "(model_sd / max(sd, 0.3)) ** 2", "(model_sd / max(sd, 0.3))", "the simulated dose is not the dose that is named", _DOSE, "physics"),
    D("phys-rays", "physics/noise.py", "(1 / rays).sqrt()", "(1 / rays)", "absolute noise level is wrong", _NOISE, "physics"),
    D("phys-kernel-window", "physics/kernels.py", "return (1 + self.boost * f**2) * 0.5 * (1 + torch.cos(torch.pi * f))", "return (1 + self.boost * f) * 0.5 * (1 + torch.cos(torch.pi * f))", "noise texture differs between numpy and torch", _NOISE + " " + _PROJ, "physics"),
    # -- measures
    D("qual-ssim-range", "quality/similarity.py", "structural_similarity(a, b, data_range=DATA_RANGE)", "structural_similarity(a, b, data_range=2 * DATA_RANGE)", "SSIM looks better than it is", "quality/test_similarity.py", "quality"),
    D("qual-psnr-range", "quality/similarity.py", "peak_signal_noise_ratio(a, b, data_range=DATA_RANGE)", "peak_signal_noise_ratio(a, b, data_range=a.max())", "PSNR depends on the brightest voxel", "quality/test_similarity.py", "quality"),
    D("qual-bias-sign", "quality/similarity.py", "difference = image[k].astype(np.float64) - reference[k]", "difference = reference[k].astype(np.float64) - image[k]", "a model that darkens is said to brighten", "quality/test_similarity.py", "quality"),
    D("qual-nps-units", "quality/noise.py", "(dx * dy / (rows * columns))", "(1.0 / (rows * columns))", "the noise spectrum is not in HU² mm²", "quality/test_noise.py", "quality"),
    D("qual-nps-trend", "quality/noise.py", "rows * columns / (rows * columns - taken)", "(rows * columns - taken) / (rows * columns)", "noise from small regions is too low", "quality/test_noise.py", "quality"),
    D("qual-nps-axes", "quality/noise.py", "fy = np.fft.fftshift(np.fft.fftfreq(rows, dy))", "fy = np.fft.fftshift(np.fft.fftfreq(rows, dx))", "spectra of pixels that are not square have wrong frequencies", "quality/test_noise.py", "quality"),
    D("qual-local-sd", "quality/noise.py", "(n / (n - 1))", "((n - 1) / n)", "local SD is 1 % low", "quality/test_noise.py", "quality"),
    D("qual-ttf-sinc", "quality/resolution.py", "/ np.sinc(frequency * step) ** 2", "* np.sinc(frequency * step * 4) ** 2", "sharpness is under-stated", "quality/test_resolution.py", "quality"),
    D("qual-ttf-norm", "quality/resolution.py", "max(float(magnitude[0]), 1e-12)", "max(float(magnitude.max()), 1e-12)", "an edge-enhancing denoiser does not look like one", "quality/test_resolution.py", "quality"),
    D("qual-npw-eye", "quality/detectability.py", "* e**4 * spectrum", "* e**2 * spectrum", "d′ of the eye-filtered observer is wrong", "quality/test_detectability.py", "quality"),
    D("qual-cho-bias", "quality/detectability.py", "/ (total - 2) - p * total", "/ (total - 2) + p * total", "few images make lesions look easier", "quality/test_detectability.py", "quality"),
    D("qual-roi-edge", "quality/roi.py", "int(np.ceil(top))), max", "int(np.floor(top))), max", "a row outside the region is measured", "quality/test_roi.py", "quality ui"),
    D("qual-roi-area", "quality/roi.py", "heights * geometry.spacing_mm[second]", "heights * geometry.spacing_mm[first]", "areas are wrong where pixels are not square", "quality/test_roi.py", "quality ui"),
    D("qual-roi-gap", "quality/roi.py", "> IRREGULAR_LIMIT:", "> 10 * IRREGULAR_LIMIT:", "a length is given across missing slices", "quality/test_roi.py", "quality ui"),
    D("qual-residual-sign", "quality/residual.py", "residual = low[k].astype(np.float64) - denoised[k]", "residual = denoised[k].astype(np.float64) - low[k]", "what was taken away is told with the wrong sign", "quality/test_residual.py", "quality"),
    D("qual-leak-neighbour", "quality/residual.py", "(k - 1, k + 1) if 0 < k < count - 1", "(k, k) if 0 < k < count - 1", "noise left in the picture counts as anatomy lost", "quality/test_residual.py", "quality"),
    D("qual-padding", "quality/tissue.py", "binary_erosion((smooth > low) & (smooth < high), square) & usable", "binary_erosion((smooth > low) & (smooth < high), square)", "padding counts as tissue", "quality", "quality"),
    # -- training
    D("train-gap", "training/local/split.py", "k >= first + ends + gap", "k >= first + ends", "slices beside the measured ones are trained on: the gain is not real", _PARTS, _TL),
    D("train-kind", "training/local/split.py", "if not kinds[patient] <= set().union(*others):", "if kinds[patient] == set().union(*others):", "the only patient of a kind is held out whole", _PARTS, _TL),
    D("train-pair-noise", "training/local/pairing.py", "(series[b].noise_hu / series[a].noise_hu)", "(series[a].noise_hu / series[b].noise_hu)", "full dose is taken for low dose: the network learns to add noise", _PARTS, _TL),
    D("train-pair-mas", "training/local/pairing.py", "(a, b, ratio) if ratio < 1 else (b, a, 1 / ratio)", "(a, b, ratio) if ratio > 1 else (b, a, 1 / ratio)", "input and target are exchanged", _PARTS, _TL),
    D("train-pair-frame", "training/local/pairing.py", "if frames[0] and frames[1] and frames[0] != frames[1]:", "if frames[0] and frames[1] and frames[0] is None:", "scans of two visits are paired", _PARTS, _TL),
    D("train-gate-bias", "training/local/gate.py", "if abs(shift) > MAX_BIAS_HU", "if shift > MAX_BIAS_HU", "a model that darkens tissue by 10 HU is offered", _PARTS, _TL),
    D("train-gate-kind", "training/local/gate.py", "if gained < -MAX_LOSS_DB", "if gained > MAX_LOSS_DB", "a model that is worse on heads is offered", _PARTS, _TL),
    D("train-gate-nothing", "training/local/gate.py", "if tuned.psnr < low.psnr", "if tuned.psnr < low.psnr and start is None", "a model worse than doing nothing is offered", _PARTS, _TL),
    D("train-ema", "training/local/pace.py", "fast, 1.0 - keep)", "fast, keep)", "the kept average is the last step: noise of the training", _PARTS, _TL),
    D("train-resume-ema", "training/local/checkpoint.py", 'k.startswith(f"{prefix}.")', 'k.startswith("net.")', "after a resume the average is lost", "training_local/test_keeping.py", _TL),
    D("train-checkpoint-torn", "atomic.py", "os.replace(temporary, path)", "path.write_bytes(data)\n        os.unlink(temporary)", "a crash while saving destroys the only checkpoint", "training_local/test_keeping.py", _TL),
    D("train-keeps-worst", "training/local/loop.py", "rank(measures, state.start) > rank(state.best", "rank(measures, state.start) < rank(state.best", "the worst state is kept as best", "training_local/test_training.py", _TL),
    D("train-dose-variance", "training/local/objectives.py", "sigma * np.sqrt(1 / dose - 1), sigma", "sigma * np.sqrt(1 / dose), sigma", "too much noise is added at mild doses", _PARTS, _TL),
    D("train-neighbour-leak", "training/local/objectives.py", " or other in self.split.held[s]", "", "held-out slices are targets of the training", _PARTS, _TL),
    D("train-turn-levels", "training/local/examples.py", "levels = None if levels is None else levels[mirrored][:, :, ::-1]", "levels = None if levels is None else levels[mirrored]", "noise lies mirrored against the anatomy", _PARTS, _TL),
    D("train-neighbours", "training/local/examples.py", "min(k + 1, allowed_count - 1)", "min(k + 1, allowed_count)", "the last slice of a series stops a training", _PARTS, _TL),
)
