"""Dark and light palettes and style sheet."""
