"""The ladder of words about what is live."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.task import FailureKind
from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.production.deployment import Deployment, PlatformWord, Progress
from shiploop.domain.production.live import (
    Live,
    NotLive,
    Seen,
    SiteWord,
    WhyNotLive,
    decide_live,
    give_up,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
OURS, OTHER = "a" * 40, "b" * 40
NOTHING = PlatformWord(Progress.UNKNOWN)


def platform(progress: Progress, sha: str = OURS, log_url: str = "") -> PlatformWord:
    state = DeployState.FAILURE if progress is Progress.FAILED else DeployState.SUCCESS
    return PlatformWord(progress, Deployment(sha, "production", state, log_url=log_url))


def test_the_site_that_serves_it_is_all_that_is_needed() -> None:
    for progress in Progress:
        seen = Seen(SiteWord.CONTAINS, OTHER, platform(progress))
        assert decide_live(seen, NOW) == Live(OTHER, NOW)


def test_a_success_does_not_overrule_a_site_that_names_an_older_commit() -> None:
    assert decide_live(Seen(SiteWord.OLDER, OTHER, platform(Progress.LIVE)), NOW) is None


def test_where_the_site_names_none_the_platform_is_believed() -> None:
    seen = Seen(SiteWord.SILENT, None, platform(Progress.LIVE, OTHER))
    assert decide_live(seen, NOW) == Live(OTHER, NOW)


@pytest.mark.parametrize("site", [SiteWord.SILENT, SiteWord.OLDER])
def test_a_failed_or_skipped_build_is_an_end_at_once_with_its_log(site: SiteWord) -> None:
    log_url = "https://logs.test/1"
    failed = decide_live(Seen(site, OTHER, platform(Progress.FAILED, log_url=log_url)), NOW)
    assert failed == NotLive(
        WhyNotLive.FAILED, f"the platform's deploy ended as failure, see {log_url}"
    )
    skipped = decide_live(Seen(site, OTHER, platform(Progress.SKIPPED)), NOW)
    assert isinstance(skipped, NotLive)
    assert skipped.why is WhyNotLive.SKIPPED


@pytest.mark.parametrize("progress", [Progress.UNKNOWN, Progress.BUILDING, Progress.REPLACED])
def test_the_rest_is_waited_for(progress: Progress) -> None:
    assert decide_live(Seen(SiteWord.OLDER, OTHER, platform(progress)), NOW) is None
    assert decide_live(Seen(SiteWord.SILENT, None, NOTHING), NOW) is None


def test_at_the_deadline_it_is_late_or_pinned() -> None:
    assert give_up(Seen(SiteWord.OLDER, OTHER, NOTHING)).why is WhyNotLive.LATE
    assert give_up(Seen(SiteWord.SILENT, None, platform(Progress.BUILDING))).why is WhyNotLive.LATE
    pinned = give_up(Seen(SiteWord.OLDER, OTHER, platform(Progress.LIVE)))
    assert pinned.why is WhyNotLive.PINNED
    assert OTHER[:12] in pinned.reason
    replaced = give_up(Seen(SiteWord.SILENT, None, platform(Progress.REPLACED, OTHER)))
    assert replaced.why is WhyNotLive.PINNED


def test_each_reason_ends_a_task_in_its_own_word() -> None:
    assert [why.failure_kind for why in WhyNotLive] == [
        FailureKind.DEPLOY_FAILED,
        FailureKind.DEPLOY_SKIPPED,
        FailureKind.NEVER_LIVE,
        FailureKind.NEVER_LIVE,
    ]


@given(
    st.sampled_from(SiteWord), st.sampled_from(Progress), st.booleans(), st.sampled_from([None, ""])
)
def test_it_is_live_only_by_the_site_or_by_a_platform_that_no_site_contradicts(
    site: SiteWord, progress: Progress, speaks: bool, named: str | None
) -> None:
    word = platform(progress) if speaks else PlatformWord(progress)
    decided = decide_live(Seen(site, OTHER if named is None else named, word), NOW)
    if isinstance(decided, Live):
        by_platform = site is SiteWord.SILENT and word.deployment is not None
        assert site is SiteWord.CONTAINS or (by_platform and progress is Progress.LIVE)
