"""The linter of the target repository's CI, run on an FAQ before anybody sees it."""

import re
from pathlib import Path

import pytest

from shiploop.agents.faq.document.document import insert
from shiploop.agents.faq.gate import lint as markdown_lint
from shiploop.agents.faq.gate.lint import DEFAULT_RULES, RULES_PATHS, Rules, is_read_whole, lint
from tests.builders import an_entry

CI = Path(__file__).parents[5] / "deployments/github/workflows/agent-mvp-ci-fast.yml"
SAMPLE = Path(__file__).parents[5] / "sandbox" / "sample_repository"


def test_clean_markdown_has_no_findings() -> None:
    faq = (SAMPLE / "docs" / "FAQ.md").read_text("utf-8")
    assert lint("", faq) == ()


def test_each_finding_names_its_line_and_its_rule() -> None:
    (found,) = lint("# FAQ\n", "# FAQ\n\n- one\n* two\n")
    assert found.startswith("MD004 in line 4: ")


def test_commands_are_quoted_with_their_prompt_and_without_output() -> None:
    assert lint("", "# FAQ\n\n```console\n$ make up\n$ make demo\n```\n") == ()


def test_the_repositorys_own_rules_count() -> None:
    text = f"# FAQ\n\n{'long ' * 30}line.\n"
    assert lint("", text) == ()
    (found,) = lint("", text, Rules(".rumdl.toml", "[global]\nenable = ['MD013']\n"))
    assert found.startswith("MD013 ")


def test_links_are_not_looked_for_among_files_that_are_not_there() -> None:
    assert lint("", "# FAQ\n\nSee [the guide](guide.md#start).\n", Rules(text="")) == ()


def test_without_rules_of_its_own_a_repository_is_held_to_those_we_have_it_install() -> None:
    theirs = (SAMPLE / ".rumdl.toml").read_text("utf-8")
    rules = [line.strip(' ",') for line in theirs.splitlines() if line.startswith('  "')]
    assert DEFAULT_RULES.count("MD") == len(rules)
    assert all(rule in DEFAULT_RULES for rule in rules)


@pytest.mark.parametrize(
    "asked",
    [
        "<details>\n<summary>{}</summary>\n\nSo.\n\n</details>",
        '<h3 name="x{}">{}</h3>\n\nSo.',
        '??? question "{}"\n\n    So.',
        "1. **{}**\n\n   So.",
        "{}\n:   So.",
    ],
)
def test_a_file_may_have_questions_of_any_shape(asked: str) -> None:
    page = "# FAQ\n\n" + "\n\n".join(asked.format(n, n) for n in ("What?", "Why?")) + "\n"
    assert lint(page, insert(page, an_entry("How do I export it?"))) == ()


def test_rules_that_cannot_be_read_leave_the_last_word_to_ci(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert lint("", "# FAQ\n\n- one\n* two\n", Rules(text="[global\n")) == ()
    assert "the Markdown was not linted" in caplog.text


def test_a_linter_that_is_not_there_leaves_the_last_word_to_ci(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(markdown_lint, "_COMMAND", ("/nowhere/rumdl",))
    assert lint("", "# FAQ\n") == ()
    assert "the Markdown was not linted" in caplog.text


@pytest.mark.parametrize(
    "rules",
    [
        Rules(".markdownlint.json", '{"default": true, "MD013": {"line_length": 40}}'),
        Rules(".markdownlint.yaml", "default: true\nMD013:\n  line_length: 40\n"),
        Rules(".config/rumdl.toml", "[MD013]\nline-length = 40\n"),
    ],
    ids=lambda rules: rules.path,
)
def test_rules_are_read_as_markdownlint_declares_them(rules: Rules) -> None:
    (found,) = lint("# FAQ\n", f"# FAQ\n\n{'many ' * 10}words.\n", rules)
    assert found.startswith("MD013 ")


def test_what_markdownlint_spares_in_bold_is_spared_by_its_rules_alone() -> None:
    text = "# FAQ\n\n**症状：**\n\n看這裡。\n"
    assert lint("", text, Rules(".markdownlint.json", '{"default": true}')) == ()
    (found,) = lint("", text, Rules(".rumdl.toml", "[global]\n"))
    assert found.startswith("MD036 in line 3")


def test_what_was_found_before_is_nobodys_business_wherever_it_stands_now() -> None:
    before = "# FAQ\n\n* one\n- two\n\n## Old?\ntext\n"
    assert lint(before, before.replace("# FAQ\n", "# FAQ\n\nNew text.\n", 1)) == ()
    (found,) = lint(before, f"{before}\n## New?\ntext\n")
    assert found.startswith("MD022 ")


def test_a_missing_last_line_break_is_no_fault_of_what_is_added() -> None:
    before = "# FAQ\r\n\r\n## Old?\r\n\r\nText, [here](https://a.example)"
    assert lint(before, f"{before}\r\n\r\n## New?\r\n\r\nMore.", Rules(text="")) == ()


@pytest.mark.parametrize(
    ("path", "text", "is_whole"),
    [
        (".markdownlint.json", '{"whitespace": false}', False),
        (".markdownlint.json", '{"ul": {"style": "dash"}}', False),
        (".markdownlint.json", '{"extends": "base.json"}', False),
        (".markdownlint.yaml", "extends: ./base.yaml\n", False),
        (".markdownlint-cli2.yaml", "config:\n  bullet: false\n", False),
        (".markdownlint.json", '{"default": true, "MD013": false}', True),
        (".markdownlint.json", '{"line-length": false, "no-inline-html": false}', True),
        (".markdownlint.json", '{"MD013": {"headings": false, "code_blocks": false}}', True),
        (".markdownlint.json", '{"MD013": {"line_length": 400, "tables": false}}', True),
        (".markdownlint.json", '{"extends": null, "MD013": false}', True),
        (".rumdl.toml", "[code]\ncode = true\n", True),
    ],
)
def test_what_a_configuration_says_by_tags_or_in_another_file_is_known_to_be_passed_over(
    path: str, text: str, is_whole: bool
) -> None:
    assert is_read_whole(Rules(path, text)) is is_whole


def test_ci_goes_by_the_rules_that_the_agent_goes_by() -> None:
    workflow = CI.read_text("utf-8")
    (off,) = re.findall(r"--disable=(\S+)\)", workflow)
    assert set(off.split(",")) == set(re.findall(r'"(MD\d+)"', DEFAULT_RULES))
    tags = re.findall(r"tags\+?='\|?([^']+)'", workflow)
    for tag in "|".join(tags).split("|"):
        assert not is_read_whole(Rules(".markdownlint.json", f'{{"{tag}": false}}'))
    (looked_for,) = re.findall(r"for each in ([^;]+);", workflow)
    plain, braces = looked_for.replace("\\\n", " ").split(".markdownlint{")
    names = [f".markdownlint{ending}" for ending in braces.strip().rstrip("}").split(",")]
    assert (*plain.split(), *names) == RULES_PATHS
