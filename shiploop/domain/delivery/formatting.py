"""Whether what others have pushed onto our branch is our change in another format: pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from shiploop.domain.delivery.change import Files
from shiploop.domain.delivery.rules import MergeMethod
from shiploop.domain.delivery.same_words import say_the_same

SOMEBODY_ELSE: Final = "somebody else has pushed to the branch"
# So many pushes of formatters are followed on one change: two that undo each other would go on.
MAX_PUSHES: Final = 3
# The committer of what is committed through GitHub's own pages and API, whoever its author is.
_GITHUB: Final = "web-flow"
_MARKDOWN: Final = (".md", ".mdx", ".markdown")


@dataclass(frozen=True, slots=True)
class PushedCommit:
    """A commit that others have pushed: its accounts as GitHub knows them, empty for none."""

    author: str
    committer: str


@dataclass(frozen=True, slots=True)
class Push:
    """What others have pushed onto a commit of ours, whose own only parent is `parent_sha`."""

    commits: tuple[PushedCommit, ...]
    paths: tuple[str, ...]
    parent_sha: str

    @property
    def by(self) -> str:
        """Whose it is, for people."""
        return self.commits[-1].author if self.commits else "somebody"


def why_not_followed(
    push: Push | None,
    formatters: Collection[str],
    our_paths: Collection[str],
    pushes: int,
    method: MergeMethod,
) -> str | None:
    """Why a push is none of a formatter's that is followed, None where it may be.

    `pushes` is how many were followed on this change before; `method` is how it will be merged.
    """
    allowed = {each.casefold() for each in formatters}
    if push is None or not push.commits or not all(_is_of(each, allowed) for each in push.commits):
        return SOMEBODY_ELSE
    if pushes >= MAX_PUSHES:
        return f"formatters have pushed to the branch more than {MAX_PUSHES} times"
    if others := sorted(set(push.paths) - set(our_paths)):
        return f"{push.by} has changed {', '.join(others)} on the branch"
    if method is MergeMethod.REBASE:
        # A rebase makes a commit of each on the base, and a rollback would take back the last.
        return f"{push.by} has pushed to the branch, which is merged by rebase only"
    return None


def why_not_ours(push: Push, written: Files, pushed: Files) -> str | None:
    """Why what was pushed does not say what we wrote, None where only the format differs."""
    for path in push.paths:
        if not _is_reformatted(path, written.get(path), pushed.get(path)):
            return f"{push.by} has changed more than the format of {path} on the branch"
    return None


def why_not_undone(
    push: Push, ours: object, theirs: object, parent_files: Mapping[str, str | None]
) -> str | None:
    """Why a rollback could not take back what was pushed.

    `ours` and `theirs` are what the agent's own inverse makes of what we wrote and of what was
    pushed: a file by path, as it was before. Where it has none of ours, git's three-way one is
    used, which takes back whatever was merged.
    """
    if not isinstance(ours, Mapping):
        return None
    if isinstance(theirs, Mapping) and all(parent_files[path] == theirs[path] for path in theirs):
        return None
    return f"{push.by} has changed more on the branch than what is ours"


def _is_of(commit: PushedCommit, allowed: Collection[str]) -> bool:
    committer = commit.committer.casefold()
    return commit.author.casefold() in allowed and committer in {*allowed, _GITHUB}


def _is_reformatted(path: str, written: str | None, pushed: str | None) -> bool:
    if written is None or pushed is None:
        return False
    return path.lower().endswith(_MARKDOWN) and say_the_same(written, pushed)
