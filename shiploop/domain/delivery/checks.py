"""What is reported of a commit's checks, and whether those that are required are green.

docs/checks.md has the rules, each with GitHub's source.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, assert_never

# What GitHub says in the place of a conclusion while there is none.
_NOT_CONCLUDED = frozenset({"pending", "expected", "waiting"})
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Conclusion(StrEnum):
    """How a check run or a commit status ended.

    Sources: https://docs.github.com/en/graphql/reference/enums#checkconclusionstate
    and https://docs.github.com/en/graphql/reference/enums#statusstate
    """

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    TIMED_OUT = "timed_out"
    ACTION_REQUIRED = "action_required"
    STALE = "stale"
    STARTUP_FAILURE = "startup_failure"
    ERROR = "error"  # of a commit status only
    UNKNOWN = "unknown"  # one that GitHub has come to say since this was written

    @property
    def passes(self) -> bool:
        """True where GitHub lets a required check pass with it."""
        return self in (Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.SKIPPED)

    @property
    def sets_aside(self) -> bool:
        """True where it says nothing of the commit: the run was given up, not failed."""
        return self in (Conclusion.CANCELLED, Conclusion.STALE)

    @property
    def words(self) -> str:
        """What a person has to know beside that it is red; empty where that is all."""
        match self:
            case Conclusion.CANCELLED:
                return "cancelled, and no other run of it has come"
            case Conclusion.STALE:
                return "given up by GitHub, and no other run of it has come"
            case Conclusion.TIMED_OUT:
                return "timed out"
            case Conclusion.STARTUP_FAILURE:
                return "could not start"
            case Conclusion.ACTION_REQUIRED:
                return "waits for a person to act on GitHub"
            case Conclusion.UNKNOWN:
                return "ended as this version does not know"
            case (
                Conclusion.SUCCESS
                | Conclusion.NEUTRAL
                | Conclusion.SKIPPED
                | Conclusion.FAILURE
                | Conclusion.ERROR
            ):
                return ""
            case never:
                assert_never(never)


def read_conclusion(told: str | None) -> Conclusion | None:
    """The conclusion that GitHub, or an older version of ours, tells of; None while it runs."""
    if told is None or (word := told.lower()) in _NOT_CONCLUDED:
        return None
    try:
        return Conclusion(word)
    except ValueError:
        return Conclusion.UNKNOWN


class CheckKind(StrEnum):
    """By which of GitHub's two ways a check is reported."""

    RUN = "run"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Check:
    """One attempt of a check run, or one commit status: `conclusion` is None while it runs.

    `id` is GitHub's number of the check run, which grows with each attempt; 0 where none is told.
    `app` is the number of the app that reports it. Of GitHub Actions' runs, `suite`, `workflow`
    and `event` tell to what they belong, and `workflow_run` is what can be run again once
    `run_is_over`. A commit status has none of these.
    """

    name: str
    conclusion: Conclusion | None
    kind: CheckKind = CheckKind.RUN
    id: int = 0
    app: int | None = None
    suite: int | None = None
    workflow: int | None = None
    event: str | None = None
    workflow_run: int | None = None
    run_is_over: bool = False
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """A check that has to be green. `app` is the only one whose word counts, None for all."""

    name: str
    app: int | None = None


def require(
    names: Iterable[str], expected_apps: Iterable[tuple[str, int]] = ()
) -> tuple[RequiredCheck, ...]:
    """The required checks of these names, each from the apps that are expected to report it."""
    expected = [RequiredCheck(name, app) for name, app in expected_apps]
    required = (
        each
        for name in names
        for each in [one for one in expected if one.name == name] or [RequiredCheck(name)]
    )
    return tuple(dict.fromkeys(required))


@dataclass(frozen=True, slots=True)
class KnownChecks:
    """All that was read of one commit's checks.

    `unreadable` counts those that GitHub hides from us; `complete` is False where there were
    more than we read.
    """

    checks: tuple[Check, ...] = ()
    unreadable: int = 0
    complete: bool = True

    @property
    def obstacle(self) -> str:
        """Why these can never be called green, in words; empty where nothing keeps them."""
        if self.unreadable:
            return (
                f"GitHub hides {self.unreadable} of the commit's checks from our token: give it "
                "checks, commit statuses and actions: read"
            )
        return "" if self.complete else "the commit has more checks than are read (docs/limits.md)"


NOTHING_KNOWN: Final = KnownChecks()


class ChecksState(StrEnum):
    """The required checks of one head commit, taken together."""

    PENDING = "pending"
    GREEN = "green"
    RED = "red"
    CONFLICTING = "conflicting"
    MOVED = "moved"  # another commit stands at the head by now


@dataclass(frozen=True, slots=True)
class ChecksVerdict:
    """The state; for `red` what did not pass, in words, and the checks that say so.

    `obstacle` is why what is pending can never be called green, `missing` names what is pending
    beside checks, and `flaky` what turned green only when it was run again.
    """

    state: ChecksState
    failed: tuple[str, ...] = ()
    red: tuple[Check, ...] = ()
    flaky: tuple[str, ...] = ()
    obstacle: str = ""
    missing: tuple[str, ...] = ()


def decide_checks(
    required: tuple[RequiredCheck, ...], known: KnownChecks, *, conflicting: bool = False
) -> ChecksVerdict:
    """Judge the required checks.

    A required check that nobody reported is pending, so that a commit without checks is never
    green; checks that are not required decide nothing. GitHub starts no workflow for a head
    that is `conflicting`: what is pending there stays so for good.
    """
    counting = {each: tuple(_counting(each, known.checks)) for each in required}
    red = {each: _red(checks) for each, checks in counting.items() if _red(checks)}
    if red:
        failed = tuple(dict.fromkeys(_in_words(checks[0]) for checks in red.values()))
        return ChecksVerdict(ChecksState.RED, failed, tuple(_each_once(red.values())))
    passed = all(checks and all(map(_passes, checks)) for checks in counting.values())
    if not required or not passed or known.obstacle:
        state = ChecksState.CONFLICTING if conflicting else ChecksState.PENDING
        return ChecksVerdict(state, obstacle=known.obstacle)
    return ChecksVerdict(ChecksState.GREEN)


def would_be_decided(
    required: tuple[RequiredCheck, ...], known: KnownChecks, told: tuple[Check, ...]
) -> bool:
    """True where the checks are pending, and would not be if all were as webhooks have `told`.

    A webhook is worth a look, and no more: GitHub may deliver one late or of an earlier attempt,
    and whoever knows the secret may sign one.
    """
    if decide_checks(required, known).state is not ChecksState.PENDING:
        return False
    as_told = replace(known, checks=_with_told(known.checks, told))
    return decide_checks(required, as_told).state is not ChecksState.PENDING


def _counting(required: RequiredCheck, checks: Iterable[Check]) -> Iterator[Check]:
    """Those of one name whose word counts: of each app, workflow and event the newest attempt."""
    named = sorted((each for each in checks if _meets(each, required)), key=_age)
    newest = {_source(each): each for each in named}
    newest_elsewhere = {_origin(each): each for each in named}
    for each in named:
        later = [newest[_source(each)]]
        if each.conclusion is not None and each.conclusion.sets_aside:
            later.append(newest_elsewhere[_origin(each)])
        if not any(_supersedes(other, each) for other in later):
            yield each


def _meets(check: Check, required: RequiredCheck) -> bool:
    return check.name == required.name and required.app in (None, check.app)


def _age(check: Check) -> tuple[int, datetime]:
    return check.id, check.started_at or _LONG_AGO


def _origin(check: Check) -> tuple[object, ...]:
    return check.kind, check.app, check.workflow


def _source(check: Check) -> tuple[object, ...]:
    # Of a workflow that is not told, all that is known is which of its runs it was.
    run = check.suite if check.workflow is None else check.event
    return (*_origin(check), run)


def _supersedes(later: Check, check: Check) -> bool:
    """True for another attempt; two jobs of one name in one run stand beside each other."""
    if later is check:
        return False
    if check.workflow is None or later.suite != check.suite:
        return True
    if check.completed_at is None:
        return check.conclusion is not None
    return later.started_at is None or check.completed_at <= later.started_at


def _passes(check: Check) -> bool:
    return check.conclusion is not None and check.conclusion.passes


def _red(checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple(each for each in checks if each.conclusion is not None and not _passes(each))


def _in_words(check: Check) -> str:
    words = "" if check.conclusion is None else check.conclusion.words
    return f"{check.name} ({words})" if words else check.name


def _each_once(checks: Iterable[tuple[Check, ...]]) -> dict[Check, None]:
    return dict.fromkeys(each for some in checks for each in some)


def _with_told(known: tuple[Check, ...], told: tuple[Check, ...]) -> tuple[Check, ...]:
    """What would be known if everything that is told and not older were so."""
    checks = {_identity(each): each for each in known}
    for hint in told:
        before = checks.get(_identity(hint))
        if before is None:
            checks[_identity(hint)] = hint
        elif before.conclusion is None and _age(hint) >= _age(before):
            checks[_identity(hint)] = replace(
                before, conclusion=hint.conclusion, completed_at=hint.completed_at
            )
    return tuple(checks.values())


def _identity(check: Check) -> tuple[object, ...]:
    by_name = (check.app, check.name) if check.kind is CheckKind.STATUS or not check.id else ()
    return check.kind, check.id, *by_name
