"""How our branches are called."""

from shiploop.domain.delivery.branches import BranchPrefixes


def test_no_branch_may_be_called_as_a_folder_of_ours() -> None:
    assert BranchPrefixes().folders == ("orchestrator", "hotfix")
    assert BranchPrefixes("bot/docs/x-", "bot/undo/").folders == ("bot", "bot/docs", "bot/undo")
    assert BranchPrefixes("bot-", "undo-").folders == ()


def test_an_example_is_called_as_ours_are() -> None:
    prefixes = BranchPrefixes("bot/", "bot/undo-")
    assert prefixes.task_branch.startswith("bot/faq-00000000-")
    assert prefixes.rollback_branch == f"bot/undo-rollback-{'0' * 40}"
