"""The names of our branches, as the doctor judges them."""

from pathlib import Path

from shiploop.cli.doctor.branches_check import judge_branches
from shiploop.cli.doctor.diagnosis import Health
from shiploop.cli.init.workflows import edited
from shiploop.domain.delivery.branches import BranchPrefixes

FOLDER = Path(__file__).resolve().parents[4] / "deployments" / "github" / "workflows"
FAST = (FOLDER / "agent-mvp-ci-fast.yml").read_text(encoding="utf-8")


def test_nothing_is_said_where_the_workflow_goes_by_our_names_or_is_not_there() -> None:
    assert list(judge_branches(BranchPrefixes(), (), FAST)) == []
    assert list(judge_branches(BranchPrefixes("bot/"), (), None)) == []
    ours = BranchPrefixes("bot/", "bot/undo-")
    assert list(judge_branches(ours, (), edited(FAST, "main", ["docs/FAQ.md"], ours))) == []


def test_a_workflow_that_goes_by_other_names_is_told() -> None:
    (finding,) = judge_branches(BranchPrefixes(rollbacks="undo/"), (), FAST)
    assert finding.state is Health.WARNING
    assert "goes by other names than orchestrator/ and undo/" in finding.what


def test_a_branch_in_the_way_of_ours_is_told() -> None:
    (finding,) = judge_branches(BranchPrefixes(), ("hotfix",), None)
    assert (finding.state, "below it" in finding.what) == (Health.BROKEN, True)
