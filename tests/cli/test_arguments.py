"""What an argument may be: a wrong one is told in words, never by the name of a function of ours."""

from __future__ import annotations

import argparse

import pytest

from ldct_viewer.cli.arguments import amount, place, positive, share, whole
from ldct_viewer.cli.main import main


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("1", 1), ("0.25", 0.25), ("25%", 0.25), ("25 %", 0.25), ("100%", 1)]
)
def test_a_share_may_be_written_as_per_cent(text, value):
    assert share(text) == value


@pytest.mark.parametrize("text", ["50", "101%", "-1%", "half", "%", "", "nan", "inf%"])
def test_what_is_no_share_is_refused_in_words(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"from 0 to 1, such as 0\.5, or 50%"):
        share(text)


@pytest.mark.parametrize(
    ("parse", "good", "wrong", "told"),
    [
        (whole(1), {"1": 1, " 7": 7}, ["0", "-1", "1.5", "x", ""], "whole number from 1$"),
        (whole(1, 65535), {"65535": 65535}, ["65536"], "whole number from 1 to 65535"),
        (amount(10.0), {"0": 0, "2.5": 2.5}, ["-1", "11", "nan", "inf", "x"], "number from 0 to 10"),
        (positive, {"0.1": 0.1}, ["0", "-1", "1e5", "nan", "x"], "number above 0"),
    ],
)
def test_numbers_are_refused_in_words(parse, good, wrong, told):
    assert {text: parse(text) for text in good} == good
    for text in wrong:
        with pytest.raises(argparse.ArgumentTypeError, match=told):
            parse(text)


def test_an_empty_name_is_no_path():
    assert str(place("a b")) == "a b"
    with pytest.raises(argparse.ArgumentTypeError, match="empty"):
        place("")


@pytest.mark.parametrize(
    "words",
    [
        ["info", ""],
        ["evaluate", ""],
        ["denoise", "in", ""],
        ["train", ""],
        ["denoise", "in", "out", "--strength", "x"],
        ["denoise", "in", "out", "--series", "x"],
        ["evaluate", "in", "--slices", "x"],
        ["train", "in", "--steps", "0"],
        ["train", "in", "--batch", "0"],
        ["train", "in", "--minutes", "x"],
        ["train", "in", "--dose", "10%,x"],
        ["serve", "--quiet", "x"],
        ["serve", "--strength", "x"],
        ["pacs", "echo", "node", "--timeout", "x"],
    ],
)
def test_wrong_usage_names_no_function_of_ours(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    told = capsys.readouterr().err
    assert end.value.code == 2
    assert "invalid" not in told and "value:" not in told
