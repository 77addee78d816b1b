"""The workflows as another repository needs them."""

from pathlib import Path

import pytest
import yaml

from shiploop.cli.init.found import read_files
from shiploop.cli.init.workflows import chosen, edited
from shiploop.domain.delivery.branches import BranchPrefixes

FOLDER = Path(__file__).resolve().parents[4] / "deployments" / "github" / "workflows"
ALL = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml")}


@pytest.mark.parametrize("name", ALL)
def test_nothing_changes_where_branch_and_faq_are_as_in_the_files(name: str) -> None:
    assert edited(ALL[name], "main", ["docs/FAQ.md"]) == ALL[name]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("branch", ["trunk", "release/2.x", "7.x", "a: b", 'it"s', "on"])
def test_the_branch_is_named_instead_of_main(name: str, branch: str) -> None:
    before, after = (
        yaml.safe_load(text) for text in (ALL[name], edited(ALL[name], branch, ["F.md"]))
    )
    triggers = dict(after[True])  # "on" is a truth value in YAML 1.1
    for event, told in before[True].items():
        if isinstance(told, dict) and told.get("branches") == ["main"]:
            assert triggers[event]["branches"] == [branch]
    assert after["jobs"].keys() == before["jobs"].keys()


@pytest.mark.parametrize("faq", ["FAQ.md", "website/docs/faq.md", "a/b/c/faq.md"])
def test_the_faq_is_named_wherever_it_stood(faq: str) -> None:
    text = edited(ALL["agent-mvp-ci-fast.yml"], "main", [faq, "docs/faq.de.md"])
    assert f"|| '{faq} docs/faq.de.md'" in text
    assert "docs/FAQ.md" not in text.replace(faq, "")
    assert text.count(faq) == ALL["agent-mvp-ci-fast.yml"].count("docs/FAQ.md")


def test_a_workflow_comes_with_the_folder_that_it_is_about() -> None:
    assert set(chosen(ALL, read_files(["docs/FAQ.md"]))) == {"agent-mvp-ci-fast.yml"}
    there = ["api-backend/x.py", "api/openapi.yaml", ".rumdl.toml", "frontend-dashboard/x.js"]
    assert set(chosen(ALL, read_files([*there, "orchestrator/x.py"]))) == set(ALL)


def test_conditions_go_by_our_branches_and_paths_stay_folders() -> None:
    prefixes = BranchPrefixes("bot/", "bot/undo-")
    fast = edited(ALL["agent-mvp-ci-fast.yml"], "main", ["docs/FAQ.md"], prefixes)
    assert "startsWith(github.head_ref, 'bot/faq-')" in fast
    assert "!startsWith(github.head_ref, 'bot/undo-rollback-')" in fast
    assert not {"orchestrator/", "hotfix/"} & set(fast.split("'"))
    name = "orchestrator-e2e.yml"
    assert edited(ALL[name], "main", ["docs/FAQ.md"], prefixes) == ALL[name]
