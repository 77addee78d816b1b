"""The linter of the target repository's CI, run on an FAQ before anybody sees it."""

from pathlib import Path

import pytest

from shiploop.agents.faq.gate import lint as markdown_lint
from shiploop.agents.faq.gate.lint import DEFAULT_RULES, lint

SAMPLE = Path(__file__).parents[5] / "sandbox" / "sample_repository"


def test_clean_markdown_has_no_findings() -> None:
    faq = (SAMPLE / "docs" / "FAQ.md").read_text("utf-8")
    assert lint(faq, None) == ()


def test_each_finding_names_its_line_and_its_rule() -> None:
    (found,) = lint("# FAQ\n\n- one\n* two\n", None)
    assert found.startswith("MD004 in line 4: ")


def test_commands_are_quoted_with_their_prompt_and_without_output() -> None:
    assert lint("# FAQ\n\n```console\n$ make up\n$ make demo\n```\n", None) == ()


def test_the_repositorys_own_rules_count() -> None:
    text = f"# FAQ\n\n{'long ' * 30}line.\n"
    assert lint(text, None) == ()
    (found,) = lint(text, "[global]\nenable = ['MD013']\n")
    assert found.startswith("MD013 ")


def test_links_are_not_looked_for_among_files_that_are_not_there() -> None:
    assert lint("# FAQ\n\nSee [the guide](guide.md#start).\n", "") == ()


def test_without_rules_of_its_own_a_repository_is_held_to_those_we_have_it_install() -> None:
    theirs = (SAMPLE / ".rumdl.toml").read_text("utf-8")
    rules = [line.strip(' ",') for line in theirs.splitlines() if line.startswith('  "')]
    assert DEFAULT_RULES.count("MD") == len(rules)
    assert all(rule in DEFAULT_RULES for rule in rules)


def test_rules_that_cannot_be_read_leave_the_last_word_to_ci(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert lint("# FAQ\n\n- one\n* two\n", "[global\n") == ()
    assert "the Markdown was not linted" in caplog.text


def test_a_linter_that_is_not_there_leaves_the_last_word_to_ci(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(markdown_lint, "_COMMAND", ("/nowhere/rumdl",))
    assert lint("# FAQ\n", None) == ()
    assert "the Markdown was not linted" in caplog.text
