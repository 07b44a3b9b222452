"""Defects to be planted in a copy of the code: does the suite find them? ``python -m tests.defects``."""
