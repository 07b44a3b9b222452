"""Measures of image quality: ROI statistics, similarity, noise, resolution, detectability."""
