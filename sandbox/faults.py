"""Faults that the control panel injects, each for a number of times or until removed."""

import enum
import threading
from collections.abc import Mapping


class Fault(enum.StrEnum):
    """Everything that can be made to go wrong in the sandbox world."""

    CI_RED = "ci_red"
    CI_FLAKY = "ci_flaky"
    CI_NEVER_ENDS = "ci_never_ends"
    CI_ABSENT = "ci_absent"
    MERGE_GROUP_RED = "merge_group_red"
    MERGE_GROUP_NEVER_ENDS = "merge_group_never_ends"
    BAD_DEPLOY = "bad_deploy"
    DEPLOY_NEVER_LIVE = "deploy_never_live"
    DEPLOY_FAILED = "deploy_failed"
    DEPLOY_SKIPPED = "deploy_skipped"
    DEPLOY_PINNED = "deploy_pinned"
    DEPLOY_TOLD_EARLY = "deploy_told_early"
    WRONG_ENVIRONMENT = "wrong_environment"
    STALE_PAGES = "stale_pages"
    FLAKY_HEALTH = "flaky_health"
    SITE_DOWN = "site_down"
    GITHUB_503 = "github_503"
    GITHUB_RATE_LIMITED = "github_rate_limited"
    GITHUB_SECONDARY_LIMITED = "github_secondary_limited"
    GRAPHQL_RATE_LIMITED = "graphql_rate_limited"
    GRAPHQL_RATE_LIMIT = "graphql_rate_limit"
    OPEN_APPLIED_THEN_502 = "open_applied_then_502"
    MERGE_APPLIED_THEN_500 = "merge_applied_then_500"
    HEAD_MOVED = "head_moved"
    BASE_MOVED = "base_moved"
    CONFLICT = "conflict"
    DRAFTS_UNSUPPORTED = "drafts_unsupported"
    CHECKS_HIDDEN = "checks_hidden"
    WEBHOOKS_LOST = "webhooks_lost"
    WEBHOOKS_DUPLICATED = "webhooks_duplicated"
    WEBHOOKS_LATE = "webhooks_late"
    LLM_SLOW = "llm_slow"
    LLM_DRIP = "llm_drip"
    LLM_DOWN = "llm_down"
    LLM_HOSTILE = "llm_hostile"
    LLM_BROKEN_JSON = "llm_broken_json"
    LLM_HUGE = "llm_huge"
    LLM_UNANSWERABLE = "llm_unanswerable"
    LLM_CITES_NOTHING = "llm_cites_nothing"
    LLM_CHAT_ONLY = "llm_chat_only"
    SLACK_DOWN = "slack_down"


class Faults:
    """The faults that are set; safe to use from many threads."""

    def __init__(self) -> None:
        self._remaining: dict[Fault, int | None] = {}
        self._lock = threading.Lock()

    def set(self, times: Mapping[Fault, int | None]) -> None:
        """Add faults, each `n` times or, with None, until it is removed."""
        with self._lock:
            self._remaining.update(times)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._remaining.clear()

    def remaining(self) -> dict[Fault, int | None]:
        """Return what is still to go wrong, and how often."""
        with self._lock:
            return dict(self._remaining)

    def take(self, fault: Fault) -> bool:
        """Use the fault once; False when it is not (or no longer) set."""
        with self._lock:
            if fault not in self._remaining:
                return False
            times = self._remaining[fault]
            if times is not None:
                if times <= 1:
                    del self._remaining[fault]
                else:
                    self._remaining[fault] = times - 1
            return True
