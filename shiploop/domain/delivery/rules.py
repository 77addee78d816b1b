"""What a repository's rules ask of a merge, rulesets and classic protection together.

What becomes of a task and of a rollback under them is in `rule_fates.py`. Source:
https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never


class Rule(StrEnum):
    """One thing that rules may ask for, as people are told of it."""

    CHECKS = "required checks"
    REVIEWS = "required reviews"
    CODE_OWNERS = "reviews from code owners"
    LAST_PUSH = "approval of the last push"
    CONVERSATIONS = "resolved conversations"
    UP_TO_DATE = "branches that are up to date"
    MERGE_METHODS = "merge methods"
    LINEAR_HISTORY = "linear history"
    SIGNATURES = "signed commits"
    MERGE_QUEUE = "merge queue"
    DEPLOYMENTS = "required deployments"
    UPDATES = "restricted updates"
    CREATIONS = "restricted creations"
    FORCE_PUSHES = "blocked force pushes"
    BRANCH_NAMES = "branch names"
    MESSAGES = "commit messages"
    EMAILS = "e-mail addresses of commits"
    OTHERS = "other rules"


# Those that a person has to meet.
BY_PEOPLE: Final = frozenset({Rule.REVIEWS, Rule.CODE_OWNERS, Rule.LAST_PUSH, Rule.CONVERSATIONS})


class MergeMethod(StrEnum):
    """How a pull request becomes commits of the base, as GitHub's API names it; best first."""

    SQUASH = "squash"
    REBASE = "rebase"
    MERGE = "merge"


class Operator(StrEnum):
    """How a pattern is held against a text."""

    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"
    REGEX = "regex"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text that a name or a message has to match, or with `negate` must not.

    Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#metadata-restrictions
    """

    operator: Operator
    text: str
    negate: bool = False

    def allows(self, text: str) -> bool | None:
        """True or False, or None where only GitHub can tell: it has its own regular expressions,
        and one that a stranger has written may take ours for ever.
        """
        match self.operator:
            case Operator.STARTS_WITH:
                matches = text.startswith(self.text)
            case Operator.ENDS_WITH:
                matches = text.endswith(self.text)
            case Operator.CONTAINS:
                matches = self.text in text
            case Operator.REGEX:
                return None
            case never:
                assert_never(never)
        return matches is not self.negate

    def __str__(self) -> str:
        verb = self.operator.value.replace("_", " ")
        verb = "match" if self.operator is Operator.REGEX else _WITHOUT_S[verb]
        return f"must {'not ' if self.negate else ''}{verb} {self.text!r}"


_WITHOUT_S: Final = {"starts with": "start with", "ends with": "end with", "contains": "contain"}


@dataclass(frozen=True, slots=True)
class OwnBranch:
    """What is asked of branches that we make; `name` is one as they are called."""

    name: str
    no_creation: bool = False
    no_update: bool = False
    no_force_push: bool = False
    names: tuple[Pattern, ...] = ()
    messages: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class BranchRules:
    """What is asked of a merge into `branch`, and of the branches of ours that are merged.

    `methods` are those that are allowed, `queue_method` is the one that its merge queue is set to,
    where that is told; `deployments` the environments to deploy to beforehand;
    `others` the rules that this version does not know. What we are exempted from, as somebody on
    a bypass list is, is named in `bypassed` and asked nowhere else. Of `unknown` it could not be
    read whether the branch asks for it.
    """

    branch: str = "the base branch"
    checks: tuple[str, ...] = ()
    approvals: int = 0
    code_owners: bool = False
    last_push: bool = False
    conversations: bool = False
    up_to_date: bool = False
    methods: tuple[MergeMethod, ...] = tuple(MergeMethod)
    linear_history: bool = False
    signatures: bool = False
    merge_queue: bool = False
    queue_method: MergeMethod | None = None
    deployments: tuple[str, ...] = ()
    no_update: bool = False
    messages: tuple[Pattern, ...] = ()
    emails: tuple[Pattern, ...] = ()
    others: tuple[str, ...] = ()
    of_tasks: OwnBranch = OwnBranch("orchestrator/faq-…")
    of_rollbacks: OwnBranch = OwnBranch("hotfix/rollback-…")
    bypassed: frozenset[Rule] = frozenset()
    unknown: frozenset[Rule] = frozenset()

    @property
    def asks_for_review(self) -> bool:
        """True where a person has to have looked at a change before it is merged."""
        return self.approvals > 0 or self.code_owners

    @property
    def usable_methods(self) -> tuple[MergeMethod, ...]:
        """The methods that are allowed by everything that is asked, best first."""
        return tuple(each for each in MergeMethod if each in self.methods and self._leaves(each))

    @property
    def method(self) -> MergeMethod:
        """How it is merged; squash where none is allowed, so that GitHub says so itself."""
        if self.merge_queue and self.queue_method is not None:
            return self.queue_method
        return next(iter(self.usable_methods), MergeMethod.SQUASH)

    def _leaves(self, method: MergeMethod) -> bool:
        match method:
            case MergeMethod.SQUASH:
                return True
            case MergeMethod.REBASE:
                return not self.signatures  # GitHub signs no commit that it rebases
            case MergeMethod.MERGE:
                return not self.linear_history
            case never:
                assert_never(never)


NOTHING_READ: Final = BranchRules(unknown=frozenset(Rule))
