"""Checks against a model of GitHub that keeps what counts by itself: attempts, apps, workflows.

Runs begin, end, are cancelled and run again; their deliveries arrive late, in any order, and more
than once; what is read is the state of that moment, listed in any order.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shiploop.domain.delivery.checks import (
    Check,
    CheckKind,
    ChecksState,
    Conclusion,
    KnownChecks,
    decide_checks,
    require,
    would_be_decided,
)
from shiploop.stores.check_fields import hint_name, read_check, read_known, write_check, write_known
from tests.builders import ACTIONS, NOON

REQUIRED = require(["faq-gate", "lint"], [("lint", ACTIONS)])
SET_ASIDE = (Conclusion.CANCELLED, Conclusion.STALE)

names = st.sampled_from(["faq-gate", "lint"])
apps = st.sampled_from([ACTIONS, 99])
workflows = st.sampled_from([7, 8])
events = st.sampled_from(["push", "pull_request"])
# Mostly what decides nothing by itself: one red run would hide all that comes after it.
conclusions = st.sampled_from(
    [*[Conclusion.SUCCESS] * 6, *[Conclusion.CANCELLED] * 4, *[Conclusion.FAILURE] * 2, *Conclusion]
)


@dataclass(frozen=True)
class Source:
    """Who reports a check: of GitHub Actions, which workflow and for which event."""

    name: str
    app: int | None
    workflow: int | None = None
    event: str | None = None


def is_green(known: KnownChecks) -> bool:
    """What we decide."""
    return decide_checks(REQUIRED, known).state is ChecksState.GREEN


class GitHub(RuleBasedStateMachine):
    """What GitHub has, and what we have read and were told of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.serial = 0
        self.attempts: list[Check] = []  # all of them; GitHub lists those of every suite
        self.current: dict[Source, Check] = {}
        self.deliveries: list[Check] = []
        self.read = KnownChecks()
        self.read_green = False
        self.told: dict[str, Check] = {}
        for name in ("faq-gate", "lint", "other"):
            self.a_run_begins(name, ACTIONS, 7, "pull_request")
            self.end(self.attempts[-1], Conclusion.SUCCESS)

    @rule(name=names, app=apps, workflow=workflows, event=events)
    def a_run_begins(self, name: str, app: int, workflow: int, event: str) -> None:
        """A push, a label, a person who presses a button: the first attempt of a new run."""
        is_workflow = app == ACTIONS
        source = Source(name, app, workflow, event) if is_workflow else Source(name, app)
        suite = self.next_serial() if is_workflow else 99
        self.begin(source, suite)

    @rule(data=st.data())
    def it_is_run_again(self, data: st.DataObject) -> None:
        """Another attempt, in the same suite: only of what has ended."""
        ended = [s for s, check in self.current.items() if s.app and check.conclusion]
        if ended:
            source = data.draw(st.sampled_from(ended))
            self.begin(source, self.current[source].suite)

    @rule(data=st.data(), conclusion=conclusions)
    def a_run_ends(self, data: st.DataObject, conclusion: Conclusion) -> None:
        """Whether it is the newest one or an older one that goes on beside it."""
        running = [check for check in self.attempts if check.conclusion is None]
        if running:
            self.end(data.draw(st.sampled_from(running)), conclusion)

    @rule(name=names, told=st.sampled_from(["success", "success", "pending", "failure", "error"]))
    def a_status_is_written(self, name: str, told: str) -> None:
        """Of a commit: the newest of a name is all that there is."""
        conclusion = None if told == "pending" else Conclusion(told)
        status = Check(name, conclusion, CheckKind.STATUS, started_at=self.tick())
        before = self.current.get(Source(name, None))
        self.current[Source(name, None)] = status
        self.put(status, before)

    @rule(data=st.data())
    def something_is_delivered(self, data: st.DataObject) -> None:
        """Whatever has ever been sent, again or for the first time."""
        if self.deliveries:
            hint = data.draw(st.sampled_from(self.deliveries))
            bare = replace(hint, workflow=None, event=None, workflow_run=None)
            self.told[hint_name(bare)] = read_check(write_check(bare))

    @rule(order=st.randoms())
    def the_checks_are_read(self, order: Random) -> None:
        """As the shared poll does it, in whatever order; through the store, as every decision."""
        listed = order.sample(self.attempts, len(self.attempts))
        self.read = read_known(write_known(KnownChecks(tuple(listed))))
        self.read_green = self.is_green()

    @invariant()
    def green_is_what_github_was_when_it_was_read(self) -> None:
        """Neither more, whatever was delivered and has happened since, nor less."""
        assert is_green(self.read) is self.read_green

    @invariant()
    def whoever_reads_now_decides_as_github_does(self) -> None:
        """Whichever run GitHub names last."""
        newest_first = KnownChecks(tuple(self.attempts[::-1]))
        assert is_green(newest_first) is self.is_green()

    @invariant()
    def what_is_told_makes_nobody_look_where_it_is_decided(self) -> None:
        """And never raises."""
        if decide_checks(REQUIRED, self.read).state is not ChecksState.PENDING:
            assert not would_be_decided(REQUIRED, self.read, tuple(self.told.values()))

    def is_green(self) -> bool:
        """What GitHub would say: everything that counts of each name has passed."""
        return all(
            self.counting(each.name, each.app)
            and all(
                c.conclusion and c.conclusion.passes for c in self.counting(each.name, each.app)
            )
            for each in REQUIRED
        )

    def counting(self, name: str, app: int | None) -> list[Check]:
        named = {s: c for s, c in self.current.items() if s.name == name and app in (None, s.app)}
        return [
            check
            for source, check in named.items()
            if check.conclusion not in SET_ASIDE
            or not any(
                other.id > check.id and (s.app, s.workflow) == (source.app, source.workflow)
                for s, other in named.items()
            )
        ]

    def begin(self, source: Source, suite: int | None) -> None:
        check = Check(
            source.name,
            None,
            id=self.next_serial(),
            app=source.app,
            suite=suite,
            workflow=source.workflow,
            event=source.event,
            started_at=self.tick(),
        )
        before = self.current.get(source)
        self.current[source] = check
        self.put(check, None)
        if before is not None and before.conclusion is None and before.suite == suite:
            # An app that reports anew has given up what it had begun; Actions never does so.
            self.put(replace(before, conclusion=Conclusion.STALE, completed_at=self.now), before)

    def end(self, check: Check, conclusion: Conclusion) -> None:
        self.put(replace(check, conclusion=conclusion, completed_at=self.tick()), check)

    def put(self, check: Check, before: Check | None) -> None:
        """Let GitHub have this, in the place of what was before, and tell of it."""
        self.attempts = [each for each in self.attempts if each is not before] + [check]
        for source, each in self.current.items():
            if each is before:
                self.current[source] = check
                break
        self.deliveries.append(check)

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


TestGitHub = GitHub.TestCase
TestGitHub.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
