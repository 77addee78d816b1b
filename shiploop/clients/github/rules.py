"""The rules of the repository, read in the background and known to every task."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote

from shiploop.clients.github.client import Transport
from shiploop.clients.github.graphql_answer import raise_for
from shiploop.clients.github.queries import READ_PROTECTION
from shiploop.clients.github.reading import understood
from shiploop.clients.github.rule_answers import (
    RuleAnswers,
    read_branch_rules,
    rulesets_to_ask_of,
)
from shiploop.domain.delivery.branches import BranchPrefixes
from shiploop.domain.delivery.rules import BY_PEOPLE, NOTHING_READ, BranchRules
from shiploop.domain.limits import MAX_RULE_PAGES, MAX_RULESETS
from shiploop.errors import (
    GitHubNotFound,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUncertain,
    ShiploopError,
)
from shiploop.settings import Settings

_PAGE = 100
_NOTICE_STOP_S = 1.0
# At most: who may send webhooks, or has a task refused, causes no more reading than this.
_READ_EVERY_S = 5.0
_AS_BEFORE = BranchPrefixes()

log = logging.getLogger(__name__)


class Rules:
    """Reads what the base branch and branches of ours are asked for, and keeps it."""

    def __init__(
        self,
        transport: Transport,
        repository: str,
        base_branch: str,
        refresh_s: float,
        prefixes: BranchPrefixes = _AS_BEFORE,
    ) -> None:
        self._transport = transport
        self._repository = repository
        self._base_branch = base_branch
        self._refresh_s = refresh_s
        self._prefixes = prefixes
        self._known = replace(NOTHING_READ, branch=base_branch)
        self._is_disproved = False
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def known(self) -> BranchRules:
        """The rules as they were last read; nothing is asked."""
        known = self._known
        if self._is_disproved and known.bypassed & BY_PEOPLE:
            # Which of them GitHub asks for all the same it will say itself.
            lacking = known.bypassed & BY_PEOPLE
            return replace(
                known, bypassed=known.bypassed - lacking, unknown=known.unknown | lacking
            )
        return known

    def disprove_bypass(self) -> None:
        """Note that GitHub asks our account for what it seemed to be exempted from."""
        self._is_disproved = True

    def look_again(self) -> BranchRules:
        """Read them now, unless that was done just before. Raises the GitHub errors."""
        with self._lock:
            if time.monotonic() - self._read_at >= _READ_EVERY_S:
                self.refresh()
        return self.known()

    @understood
    def refresh(self) -> BranchRules:
        """Read them. What we may not read is unknown; raises the GitHub errors of what may pass."""
        read = self._read()
        self._read_at = time.monotonic()
        if read.bypassed != self._known.bypassed:
            self._is_disproved = False  # somebody has changed the lists
        if read != self._known:
            log.info("the rules of %s are now %s", self._base_branch, read)
        self._known = read
        return read

    def _read(self) -> BranchRules:
        # Rules go by patterns of names, and tell of what is not there yet.
        task_name, rollback_name = self._prefixes.task_branch, self._prefixes.rollback_branch
        names = (self._base_branch, task_name, rollback_name)
        base, task, rollback = (self._rules_of(name) for name in names)
        bypass = {
            each: self._bypass_of(each)
            for each in rulesets_to_ask_of((base, task, rollback))[:MAX_RULESETS]
        }
        answers = RuleAnswers(
            branch=self._base_branch,
            of_base=base,
            of_tasks=(task_name, task),
            of_rollbacks=(rollback_name, rollback),
            protection=self._protection(),
            may_bypass=lambda ruleset, merging: _may_bypass(bypass.get(ruleset), merging=merging),
        )
        return read_branch_rules(answers)

    def keep_fresh(self, stopping: threading.Event, told: threading.Event) -> None:
        """Read them whenever somebody is `told` of a change, and every few minutes.

        Until told to stop; blocks, so it wants a thread of its own.
        """
        while self._wait(stopping, told):
            told.clear()  # before they are read: what is told meanwhile is read after it
            try:
                self.refresh()
            except ShiploopError as error:
                log.warning("the repository's rules are as old as before: %s", error)

    def _wait(self, stopping: threading.Event, told: threading.Event) -> bool:
        """Wait for the next turn; False when told to stop before."""
        now = time.monotonic()
        due_at, may_at = now + self._refresh_s, now + _READ_EVERY_S
        while not stopping.is_set() and now < (min(may_at, due_at) if told.is_set() else due_at):
            waiting_for = stopping if told.is_set() else told
            waiting_for.wait(min(_NOTICE_STOP_S, max(0.0, due_at - now)))
            now = time.monotonic()
        return not stopping.is_set()

    def _rules_of(self, branch: str) -> list[Mapping[str, Any]] | None:
        """Source: https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch."""
        path = f"/repos/{self._repository}/rules/branches/{quote(branch)}"
        found: list[Mapping[str, Any]] = []
        try:
            for page in range(1, MAX_RULE_PAGES + 1):
                answer = self._transport.rest("GET", f"{path}?per_page={_PAGE}&page={page}")
                # The transport speaks of objects, which most answers are.
                listed = cast("list[Mapping[str, Any]]", answer)
                found += listed
                if len(listed) < _PAGE:
                    return found
        except (GitHubNotFound, GitHubRefused, GitHubUnauthorized):
            return None  # as to GitHub Enterprise Server before it had rulesets
        return None

    def _bypass_of(self, ruleset: int) -> str | None:
        """Source: https://docs.github.com/en/rest/repos/rules#get-a-repository-ruleset."""
        try:
            told = self._transport.rest("GET", f"/repos/{self._repository}/rulesets/{ruleset}")
        except (GitHubNotFound, GitHubRefused, GitHubUnauthorized):
            return None
        return told.get("current_user_can_bypass")

    def _protection(self) -> Mapping[str, Any] | None:
        owner, name = self._repository.split("/", 1)
        branch = self._base_branch
        variables = {"owner": owner, "name": name, "ref": f"refs/heads/{branch}", "branch": branch}
        answer = self._transport.graphql(READ_PROTECTION, variables)
        hidden = {"branchProtectionRule", "bypassPullRequestAllowances", "pushAllowances"}
        # What only administrators may see may be an error for others; the rest is whole.
        others = tuple(each for each in answer.errors if not hidden & set(each.path))
        if others:
            try:
                raise_for(others)
            except (GitHubUnauthorized, GitHubUncertain):
                return None  # as where GitHub Enterprise Server does not know a field yet
        return answer.data


def rules_as_set(settings: Settings, transport: Transport, repository: str) -> Rules:
    """The rules of the repository, for branches as they are set to be called."""
    prefixes = BranchPrefixes(settings.branch_prefix, settings.rollback_branch_prefix)
    base_branch, refresh_s = settings.base_branch, settings.rules_refresh_s
    return Rules(transport, repository, base_branch, refresh_s, prefixes)


def _may_bypass(told: str | None, *, merging: bool) -> bool:
    return told in ("always", "exempt") or (merging and told == "pull_requests_only")
