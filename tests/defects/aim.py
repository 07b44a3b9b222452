"""The test that should see a defect, run before the wider ones: most runs end here, in a second or two."""

# ruff: noqa: E501 - a table

from __future__ import annotations

_TABLE = """
geo-normal-sign dicom/test_scan.py::test_sorts_by_position_not_by_name_or_number
geo-step-off-by-one dicom/test_geometry.py
geo-tilt-threshold dicom/test_conflicts.py
geo-missing-count dicom/test_geometry.py
geo-spacing-swapped test_volume.py
geo-index-to-lps test_volume.py
group-orientation dicom/test_conflicts.py
group-copy-elsewhere dicom/test_conflicts.py
group-coinciding-unsorted dicom/test_scan.py::test_phases_by_instance_runs_and_blocked_where_nothing_tells_them_apart
group-scouts dicom/test_scan.py::test_orientation_noise_does_not_split_but_a_scout_goes
group-phase-length dicom/test_scan.py::test_phases_by_instance_runs_and_blocked_where_nothing_tells_them_apart
hu-padding-limit dicom/test_conflicts.py
hu-floor dicom/test_pixels.py::test_fractions_are_rounded_and_overflow_is_clipped_and_counted
hu-overflow dicom/test_pixels.py::test_fractions_are_rounded_and_overflow_is_clipped_and_counted dicom/test_read.py::test_values_beyond_16_bit_are_clipped_and_said
hu-high-bit dicom/test_pixels.py::test_hu_masks_unused_bits_then_sign_then_padding_then_rescale dicom/test_pixels.py::test_hu_equals_the_formula_in_plain_integers
hu-padding-sign dicom/test_cases.py::test_padding_is_marked_and_kept dicom/test_pixels.py::test_hu_masks_unused_bits_then_sign_then_padding_then_rescale
hu-lut-first dicom/test_modality_lut.py::test_values_outside_the_table_get_its_ends
frames-intercept dicom/test_cases.py::test_enhanced_multiframe_uses_its_functional_groups
frames-first-only dicom/test_cases.py::test_enhanced_multiframe_uses_its_functional_groups
read-changed-file dicom/test_read.py::test_vanished_changed_and_cut_files_drop_out_by_name
note-lossy-j2k dicom/test_derive.py::test_lossy_sources_stay_lossy dicom/test_cases.py::test_lossy_stays_near_the_base
charset-guess-order dicom/test_conflicts.py
charset-escape-dropped dicom/test_charset.py
derive-image-type dicom/test_derive.py::test_it_says_what_it_is_and_where_it_comes_from
derive-lossy-forgotten dicom/test_derive.py::test_lossy_sources_stay_lossy
derive-kernel-length dicom/test_export_bounds.py
derive-burned-in dicom/test_derive.py::test_burned_in_annotation_of_the_source_is_not_denied
derive-padding-limit dicom/test_export_bounds.py
derive-padding-collision dicom/test_derive_encoding.py
derive-rounding dicom/test_export_bounds.py
derive-rle-planes dicom/test_derive_encoding.py
derive-late-change dicom/test_derive_faults.py::test_an_old_source_edited_underway_shows_by_its_stamp_alone
move-overwrites dicom/test_conflicts.py
move-around-source dicom/test_derive_faults.py::test_never_inside_or_around_the_source
move-space-margin dicom/test_export_bounds.py
move-sweeps-live dicom/test_derive_faults.py::test_leftovers_of_others_and_running_exports_are_not_swept
error-quota dicom/test_derive_faults.py::test_system_errors_are_worded_for_people
deid-source-uid dicom/test_derive_deidentify.py
deid-date dicom/test_derive_deidentify.py
deid-keyless dicom/test_conflicts.py
deid-inside dicom/test_conflicts.py
file-mha-matrix dicom/test_formats.py::test_simpleitk_reads_what_is_saved
file-flip-origin dicom/test_formats.py::test_left_handed_files_are_turned_so_that_every_voxel_keeps_its_place
file-air-fill dicom/test_formats.py::test_gaps_become_empty_layers_and_irregular_spacing_is_refused
voi-linear-width test_window.py
voi-limits-half test_window.py
voi-drag-step test_window.py
lut-colours-swapped ui/test_views_source.py
lut-invert ui/test_views_source.py
plane-letters test_planes.py
plane-to-voxel-flip test_planes.py
plane-mm-swapped ui/test_views_page.py::test_pixels_have_the_shape_of_the_spacing
plane-gap-filled test_planes.py
plane-irregular-k ui/test_views_source.py
view-strength-ignored ui/test_views_source.py
view-stale-block ui/test_views_source.py
view-undenoised-shown ui/test_views_source.py
view-missing-unmarked ui/test_views_source.py
view-zoom-clamped ui/test_views_details.py
view-anonymous-place ui/test_views_page.py::test_anonymous_mode_says_nothing_of_the_patient
view-difference-sign ui/test_views_page.py::test_hu_under_the_pointer_on_both_sides
state-clamp ui/test_state.py
blend-truncated denoise/test_engine.py::test_blend_matches_its_formula
blend-removed-strength ui/test_views_source.py
denoise-neighbours denoise/test_details.py
denoise-gap-neighbours denoise/test_engine.py::test_a_gap_in_the_stack_is_not_bridged
denoise-padding-in denoise/test_engine.py::test_padding_value_does_not_reach_the_network
denoise-padding-out denoise/test_engine.py::test_padding_metal_and_air_outside_the_circle_survive
denoise-metal denoise/test_details.py
denoise-rounding denoise/test_fused.py::test_rounded_kernels_keep_their_sums
denoise-sigma-known denoise/test_fused.py::test_float32_is_the_plain_network_rounded
denoise-noise-level denoise/test_engine.py::test_the_noise_estimate_is_right_within_a_tenth
denoise-noise-slope denoise/test_details.py
model-nan denoise/test_model_file.py::test_weights_that_are_not_numbers_are_refused
model-extra denoise/test_details.py
job-late-result jobs/test_job_cancel.py
settings-upper ui/test_views_details.py
settings-bool ui/test_window_settings.py
settings-recent ui/test_window_settings.py
cli-cancel-code cli/test_main.py::test_errors_become_the_documented_exit_codes
cli-overwrites-input cli/test_denoise.py::test_the_input_file_is_never_overwritten_even_if_forced
cli-strength cli/test_denoise.py::test_strength_blends
cli-padding-counted cli/test_info.py::test_padding_counts_in_no_figure
phys-electronic-exponent physics/test_noise.py::test_electronic_noise_makes_the_bottom_steeper
phys-bowtie-half physics/test_formulas.py
phys-rebin-sign physics/test_projection.py::test_fan_scan_gives_water_and_air_back
phys-padding-noisy physics/test_formulas.py
phys-rays physics/test_noise.py::test_absolute_level_follows_theory
train-kind training_local/test_parts.py::test_a_lone_kind_is_cut_and_a_shared_one_loses_a_patient training_local/test_parts.py::test_every_kind_of_scan_is_trained_on_and_measured
train-pair-mas training_local/test_examine.py::test_two_doses_of_one_anatomy_are_a_pair_and_mas_tells_which_is_low
train-gate-bias training_local/test_keeping.py::test_worse_or_shifted_is_kept_aside
train-gate-kind training_local/test_keeping.py::test_what_is_gained_on_one_kind_of_scan_must_not_be_lost_on_another
train-gate-nothing training_local/test_safety.py
train-resume-ema training_local/test_safety.py
train-checkpoint-torn training_local/test_safety.py
train-dose-variance training_local/test_safety.py
group-copy-size dicom/test_conflicts.py
frames-offset-table dicom/test_frames.py
hu-rescale-negative-slope dicom/test_conflicts.py
note-burned-in dicom/test_conflicts.py
read-window-swapped dicom/test_conflicts.py
phys-same-noise physics/test_formulas.py
phys-modulation-sign physics/test_formulas.py
phys-rebin-sign physics/test_formulas.py
phys-dose-inverted physics/test_formulas.py
phys-bowtie-sign physics/test_formulas.py
phys-ramp-zero physics/test_formulas.py
phys-kernel-window physics/test_formulas.py
qual-ttf-norm quality/test_units.py
qual-roi-area quality/test_units.py
qual-local-sd quality/test_units.py
qual-nps-axes quality/test_units.py
qual-ttf-sinc quality/test_units.py
train-pair-frame training_local/test_safety.py
train-pair-noise training_local/test_safety.py
train-turn-levels training_local/test_safety.py
train-neighbours training_local/test_safety.py
train-ema training_local/test_safety.py
plane-coronal-head ui/test_views_details.py
view-inside-edge ui/test_views_details.py
job-done-after-cancel jobs/test_job_cancel.py
language-system ui/test_views_details.py
model-offsets denoise/test_details.py
qual-ssim-range quality/test_similarity.py
qual-psnr-range quality/test_similarity.py
qual-bias-sign quality/test_similarity.py
qual-nps-units quality/test_noise.py
qual-nps-trend quality/test_noise.py
qual-npw-eye quality/test_units.py
qual-cho-bias quality/test_detectability.py
qual-roi-edge quality/test_roi.py
qual-roi-gap quality/test_roi.py
qual-residual-sign quality/test_residual.py
qual-leak-neighbour quality/test_residual.py
syntax-size-swapped dicom/test_pixels.py::test_lossless_syntaxes_give_the_same_hu
train-neighbour-leak training_local/test_safety.py
qual-padding quality/test_similarity.py::test_padding_does_not_count
phys-match-square physics/test_dose.py::test_noise_of_the_series_is_recognised
derive-frame-number dicom/test_export_bounds.py
"""
AIM = {line.split()[0]: line.split()[1:] for line in _TABLE.strip().splitlines()}
