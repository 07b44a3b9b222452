"""Dialogs: settings, about, shortcuts, export."""
