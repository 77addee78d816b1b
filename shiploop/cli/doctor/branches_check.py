"""The names of our branches: whether git takes them, and the workflows go by them."""

from collections.abc import Iterator, Sequence
from typing import Final

from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.domain.delivery.branches import BranchPrefixes

FAST_WORKFLOW: Final = ".github/workflows/agent-mvp-ci-fast.yml"
_NAME: Final = "branches"


def judge_branches(
    prefixes: BranchPrefixes, in_the_way: Sequence[str], workflow: str | None
) -> Iterator[Finding]:
    """Can our branches be made, and does our workflow know them by their names?

    `in_the_way` are branches that are called as a folder of ours; `workflow` is the fast one as
    the repository has it.
    """
    for name in in_the_way:
        what = f"there is a branch {name}, and git takes none below it"
        advice = "Delete it, or set SHIPLOOP_BRANCH_PREFIX and SHIPLOOP_ROLLBACK_BRANCH_PREFIX."
        yield Finding(_NAME, Health.BROKEN, what, advice)
    if workflow is not None and not _goes_by(workflow, prefixes):
        what = f"{FAST_WORKFLOW} goes by other names than {prefixes.tasks} and {prefixes.rollbacks}"
        advice = "Take its conditions from `shiploop init`, which writes them as they are set."
        yield Finding(_NAME, Health.WARNING, what, advice)


def _goes_by(workflow: str, prefixes: BranchPrefixes) -> bool:
    return all(f"'{name}" in workflow for name in (prefixes.tasks, prefixes.rollbacks))
