"""Fuzzing of everything that reads untrusted bytes. ``python -m tests.fuzz --help``; CI replays and samples."""
