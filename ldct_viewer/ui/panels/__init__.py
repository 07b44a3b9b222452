"""Docked panels: series picker, warnings, measurements."""
