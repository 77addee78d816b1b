"""What a branch asks of a merge, and the apps whose word it takes."""

import dataclasses


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
    """What a protected branch asks of a merge."""

    checks: tuple[RequiredCheck, ...]
    strict: bool = False

    @property
    def contexts(self) -> tuple[str, ...]:
        """The names of the required checks."""
        return tuple(each.name for each in self.checks)


@dataclasses.dataclass(frozen=True, slots=True)
class Ruleset:
    """An active ruleset of one branch, with the one rule that is modelled."""

    id: int
    name: str
    branch: str
    checks: tuple[RequiredCheck, ...]
