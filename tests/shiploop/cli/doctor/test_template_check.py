"""The template of pull requests, as the doctor judges it."""

import pytest

from shiploop.cli.doctor.diagnosis import Health
from shiploop.cli.doctor.template_check import judge_template

PATH = ".github/pull_request_template.md"


def test_nothing_is_said_where_none_is_set() -> None:
    assert list(judge_template("", None)) == []


@pytest.mark.parametrize("text", [None, " ", "x" * 20_001])
def test_one_that_cannot_be_used_is_told(text: str | None) -> None:
    (finding,) = judge_template(PATH, text)
    assert finding.state is Health.WARNING


@pytest.mark.parametrize(("text", "told"), [("a {change}", "where it has"), ("a", "above it")])
def test_where_the_change_stands_is_told(text: str, told: str) -> None:
    (finding,) = judge_template(PATH, text)
    assert (finding.state, told in finding.what) == (Health.OK, True)
