"""What an argument may be: a wrong one is told in words, never by the name of a function of ours."""

from __future__ import annotations

import argparse

import pytest

from ldct_viewer.cli.arguments import share


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("1", 1), ("0.25", 0.25), ("25%", 0.25), ("25 %", 0.25), ("100%", 1)]
)
def test_a_share_may_be_written_as_per_cent(text, value):
    assert share(text) == value


@pytest.mark.parametrize("text", ["50", "101%", "-1%", "half", "%", "", "nan", "inf%"])
def test_what_is_no_share_is_refused_in_words(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"from 0 to 1, such as 0\.5, or 50%"):
        share(text)
