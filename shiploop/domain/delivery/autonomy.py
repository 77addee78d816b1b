"""Who decides that a change is shipped: how far an agent is trusted, and how that moves.

Three words count, and the lowest holds: what the judge vouches for, what people have set for the
agent, and what this kind of answer has earned. Harm takes the last away, a record gives it back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from shiploop.domain.delivery.change import Assessment, Level

# So many good ones in a row since the last harm give a kind of answer its level back.
RAISED_AFTER: Final = 10

_MAX_KIND: Final = 40
_NOT_IN_KIND: Final = re.compile(r"[^a-z0-9-]+")


class Harm(StrEnum):
    """What takes the level of a kind of answer away."""

    ROLLBACK = "rollback"
    REJECTED = "rejected"
    FEEDBACK = "feedback"
    REACTION = "reaction"
    COMMENT = "comment"

    @property
    def words(self) -> str:
        """What has happened, as the end of a sentence."""
        match self:
            case Harm.ROLLBACK:
                return "one was rolled back"
            case Harm.REJECTED:
                return "a suggestion was rejected"
            case Harm.FEEDBACK:
                return "one was said to be wrong"
            case Harm.REACTION:
                return "one got a thumbs-down on GitHub"
            case Harm.COMMENT:
                return "one was called wrong on GitHub"
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one kind of answer has earned: `good` ones in a row since it last did harm."""

    good: int = 0
    harms: int = 0
    harm: Harm | None = None
    harmed_at: datetime | None = None

    @property
    def level(self) -> Level:
        """What it has earned; what never did harm is taken at the judge's word."""
        trusted = not self.harms or self.good >= RAISED_AFTER
        return Level.AUTO if trusted else Level.SUGGEST

    @property
    def reason(self) -> str:
        """Why it is at its level, in a sentence."""
        if not self.harms or self.harm is None:
            return f"No harm was done, and {self.good} were good."
        if self.level is Level.AUTO:
            return f"Trusted again after {self.good} good ones in a row."
        good = f"{self.good} of {RAISED_AFTER} good ones in a row"
        return f"Not trusted since {self.harm.words}: {good} so far."


def after_good(standing: Standing) -> Standing:
    """The standing once one more was good."""
    return replace(standing, good=standing.good + 1)


def after_harm(standing: Standing, harm: Harm, at: datetime) -> Standing:
    """The standing once one did harm: the record begins anew."""
    return Standing(good=0, harms=standing.harms + 1, harm=harm, harmed_at=at)


@dataclass(frozen=True, slots=True)
class Levels:
    """How far agents may go, as people have set it: `default` for those that are not named."""

    default: Level = Level.AUTO
    named: Mapping[str, Level] = field(default_factory=dict)

    def of(self, agent: str) -> Level:
        """How far this agent may go."""
        return self.named.get(agent, self.default)


def read_levels(text: str) -> Levels:
    """Read one level for all, or `agent=level,agent=level`. Raises ValueError for all else."""
    if "=" not in text:
        return Levels(Level(text))
    pairs = (each.partition("=") for each in text.split(","))
    return Levels(named={agent: Level(level) for agent, _, level in pairs})


@dataclass(frozen=True, slots=True)
class LevelDecision:
    """At which level one proposal goes on, and every reason for that, in sentences."""

    level: Level
    reasons: tuple[str, ...]


def decide_level(assessment: Assessment, ceiling: Level, standing: Standing) -> LevelDecision:
    """The lowest of three: the judge's word, the agent's ceiling, and what its kind has earned."""
    reasons = list(assessment.reasons)
    if assessment.level is Level.AUTO and ceiling is Level.SUGGEST:
        reasons.append("Everything of this agent is suggested, as people have set it.")
    if assessment.level is Level.AUTO and standing.level is Level.SUGGEST:
        kind = kind_name(assessment.kind)
        reasons.append(f"Its kind of answer ({kind}) has lost its level. {standing.reason}")
    lowest = Level.SUGGEST in (assessment.level, ceiling, standing.level)
    return LevelDecision(Level.SUGGEST if lowest else Level.AUTO, tuple(reasons))


def kind_name(kind: str) -> str:
    """A kind of answer as it is stored and shown, whatever the agent calls it."""
    return _NOT_IN_KIND.sub("-", kind.casefold())[:_MAX_KIND].strip("-") or "any"
