"""How the branches are called that we make."""

from dataclasses import dataclass
from typing import Final

# As they were called before they could be called otherwise: records of that time name none.
TASK_PREFIX: Final = "orchestrator/"
ROLLBACK_PREFIX: Final = "hotfix/"

_NO_ID: Final = "0" * 8 + "-0000" * 3 + "-" + "0" * 12
_NO_SHA: Final = "0" * 40


@dataclass(frozen=True, slots=True)
class BranchPrefixes:
    """What the names of our branches begin with, as it is set."""

    tasks: str = TASK_PREFIX
    rollbacks: str = ROLLBACK_PREFIX

    @property
    def task_branch(self) -> str:
        """A branch as those of tasks are called, and none of them is."""
        return f"{self.tasks}faq-{_NO_ID}"

    @property
    def rollback_branch(self) -> str:
        """A branch as those of rollbacks are called, and none of them is."""
        return f"{self.rollbacks}rollback-{_NO_SHA}"

    @property
    def folders(self) -> tuple[str, ...]:
        """Every name that no branch may have beside ours: git keeps the one as a folder."""
        parts = (each.split("/")[:-1] for each in (self.tasks, self.rollbacks))
        names = ("/".join(each[:depth]) for each in parts for depth in range(1, len(each) + 1))
        return tuple(dict.fromkeys(names))
