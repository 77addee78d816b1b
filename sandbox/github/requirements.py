"""What a branch asks of a merge, and the apps whose word it takes."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.github.accounts import Access, Account

# https://docs.github.com/en/rest/repos/rules: the ids that GitHub gives to its own roles.
_ROLES = {4: Access.WRITE, 5: Access.ADMIN}
_EVERYTHING_BELOW = ("/**", "/**/*")


@dataclasses.dataclass(frozen=True, slots=True)
class App:
    """A GitHub App, as what it reports tells of it."""

    id: int
    slug: str


ACTIONS = App(15368, "github-actions")


@dataclasses.dataclass(frozen=True, slots=True)
class RequiredCheck:
    """A check that a merge needs; `app` is the only one that may report it, None for any."""

    name: str
    app: App | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Protection:
    """What a protected branch asks of a merge; `approvals` is None where it asks for no review."""

    checks: tuple[RequiredCheck, ...] = ()
    strict: bool = False
    approvals: int | None = None
    code_owners: bool = False
    last_push: bool = False
    conversations: bool = False
    linear_history: bool = False
    locked: bool = False
    for_admins: bool = False

    @property
    def contexts(self) -> tuple[str, ...]:
        """The names of the required checks."""
        return tuple(each.name for each in self.checks)


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a ruleset, as REST has it."""

    type: str
    parameters: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Bypass:
    """A role that a ruleset does not bind: `role` as GitHub numbers it, `mode` as REST has it."""

    role: int
    mode: str


@dataclasses.dataclass(frozen=True, slots=True)
class Ruleset:
    """An active ruleset of branches.

    `include` are `~ALL`, full names of branches, or all that is below a folder of them. `checks`
    are those of its rule that asks for some.
    """

    id: int
    name: str
    include: tuple[str, ...]
    rules: tuple[Rule, ...]
    checks: tuple[RequiredCheck, ...] = ()
    bypass: tuple[Bypass, ...] = ()

    def binds(self, branch: str) -> bool:
        """Whether it is about a branch, which need not be there."""
        return any(_matches(pattern, f"refs/heads/{branch}") for pattern in self.include)

    def bypass_of(self, account: Account) -> str:
        """How somebody may bypass it, as `current_user_can_bypass` tells."""
        modes = {each.mode for each in self.bypass if account.access >= _ROLES[each.role]}
        if "always" in modes:
            return "always"
        return "pull_requests_only" if modes else "never"

    def asks(self, kind: str) -> Iterator[Rule]:
        """Its rules of a type."""
        return (rule for rule in self.rules if rule.type == kind)


def is_role(number: object) -> bool:
    """Whether a repository role of that number is modelled."""
    return number in _ROLES


def is_modelled_pattern(pattern: object) -> bool:
    """Whether a pattern of refs is one that `binds` understands."""
    if pattern == "~ALL":
        return True
    if not isinstance(pattern, str) or not pattern.startswith("refs/heads/"):
        return False
    below = next((each for each in _EVERYTHING_BELOW if pattern.endswith(each)), "")
    return not set("*?[") & set(pattern.removesuffix(below))


def _matches(pattern: str, ref: str) -> bool:
    if pattern == "~ALL":
        return True
    for below in _EVERYTHING_BELOW:
        if pattern.endswith(below):
            return ref.startswith(f"{pattern.removesuffix(below)}/")
    return pattern == ref
