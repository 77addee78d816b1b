"""Texts that say the same in another format."""

import pytest

from shiploop.domain.delivery.same_words import say_the_same

SAME = [
    ("* a\n* b\n", "- a\n- b\n"),
    ("* a\n\n* b\n", "- a\n- b\n"),
    ("1. a\n1. b\n", "1. a\n2. b\n"),
    ("*a* and __b__", "_a_ and **b**"),
    ("one two\nthree", "one\ntwo three"),
    ("Title\n=====\n", "# Title\n"),
    ("# Title #\n", "# Title\n\n\n"),
    ("~~~sh\nls\n~~~", "```sh\nls\n```"),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "| a   | b   |\n| --- | --- |\n| 1   | 2   |"),
    ("a\\_b & c", "a_b &amp; c"),
    ("a\r\nb\r\n", "a\nb\n"),
    ("[a][b]\n\n[b]: c.md", "[a](c.md)\n\n[b]: <c.md>"),
    ("***\n", "---\n"),
]
OTHER = [
    ("Never do it.", "Do it."),
    ("a b", "a\u00a0b"),
    ("a", "A"),
    ("`a  b`", "`a _b_`"),
    ("```sh\nls\n```", "```py\nls\n```"),
    ("```\nif a:\n  b\n```", "```\nif a:\nb\n```"),
    ("[a](b.md)", "[a](c.md)"),
    ("![a](b.png)", "[a](b.png)"),
    ("<!-- shiploop:entry a -->", ""),
    ("# a", "## a"),
    ("*a*", "a"),
    ("1. a", "2. a"),
    ("- a\n- b", "- a\n  - b"),
    ("a\n\nb", "a b"),
    ("a  \nb", "a\nb"),
    ("a", "a\n\n[x]: https://evil.example"),
    ("| a |\n|---|\n| 1 |", "| a |\n|--:|\n| 1 |"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_another_format_says_the_same(one: str, other: str) -> None:
    assert say_the_same(one, other)
    assert say_the_same(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_a_reader_would_see_is_no_format(one: str, other: str) -> None:
    assert not say_the_same(one, other)
    assert not say_the_same(other, one)
