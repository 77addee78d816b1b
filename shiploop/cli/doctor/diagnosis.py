"""What `shiploop doctor` concludes from what it saw: pure, no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shiploop.clients.github.setup import RepositorySettings, Webhook
from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS, DeployState
from shiploop.domain.limits import LeftOut
from shiploop.domain.production.deployment import Deployment, production_environments

WEBHOOK_PATH = "/webhooks/github"

_NAMED = 5
_NOT_DEPLOYED = frozenset((DeployState.FAILURE, DeployState.ERROR, DeployState.INACTIVE))
_XAUTOCLAIM_SINCE = (6, 2)  # https://redis.io/docs/latest/commands/xautoclaim/


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one part, and, where something can be done, what to do in a sentence."""

    name: str
    state: Health
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """What a Redis server says of itself; `save_points` is None where it may not be asked."""

    version: str
    append_only: bool
    save_points: str | None
    eviction_policy: str


def judge_redis(facts: RedisFacts) -> Iterator[Finding]:
    """Is it new enough, and does it keep what it is given?"""
    version = tuple(int(part) for part in facts.version.split(".")[:2])
    if version < _XAUTOCLAIM_SINCE:
        advice = "Use Redis 6.2 or newer, or Valkey: crashed tasks are taken over by XAUTOCLAIM."
        yield Finding("redis", Health.BROKEN, f"version {facts.version} is too old", advice)
    else:
        yield Finding("redis", Health.OK, f"version {facts.version}")
    yield _persistence(facts)
    if facts.eviction_policy != "noeviction":
        what = f"the eviction policy is {facts.eviction_policy}: tasks may vanish when it is full"
        advice = "Set maxmemory-policy to noeviction."
        yield Finding("redis eviction", Health.WARNING, what, advice)


def _persistence(facts: RedisFacts) -> Finding:
    name, advice = "redis persistence", "Turn appendonly on, so that no accepted question is lost."
    if facts.append_only:
        return Finding(name, Health.OK, "append-only file")
    if facts.save_points is None:
        what = "no append-only file, and CONFIG GET is not allowed here"
        hosted = "Look in your provider's settings whether data is kept over a restart."
        return Finding(name, Health.WARNING, what, hosted)
    if facts.save_points:
        what = "snapshots only: a crash loses what came after the last one"
        return Finding(name, Health.WARNING, what, advice)
    return Finding(name, Health.WARNING, "off: a restart loses every task", advice)


def judge_left_out(count: int, named: Sequence[LeftOut]) -> Finding:
    """What of the documents is over a limit: the first of it by name."""
    told = [f"{each.path!r}: {each.reason}" for each in named[:_NAMED]]
    if count > len(told):
        told.append(f"and {count - len(told)} more")
    what = f"no answer is taken from {'; '.join(told)}"
    advice = "Shorten or split it where people ask for it: docs/limits.md names each limit."
    return Finding("documents", Health.WARNING, what, advice)


def judge_faq(place: str, path: str, *, is_there: bool) -> Finding:
    """Is there an FAQ for the entries to stand in?"""
    name = "github repository"
    if is_there:
        return Finding(name, Health.OK, f"{place} has a {path}")
    return Finding(name, Health.BROKEN, f"{place} has no {path}", f"Commit a {path}: UTF-8 text.")


def judge_repository(told: RepositorySettings, configured: str, rights: str) -> Iterator[Finding]:
    """Is it the one that was set, and may we do in it what we have to?

    `configured` is GITHUB_REPO, `rights` are those that a token needs.
    """
    if told.full_name.casefold() != configured.casefold():
        what = f"{configured} is now {told.full_name}: its webhooks are not taken for ours"
        advice = f"Set GITHUB_REPO to {told.full_name}."
        yield Finding("github repository", Health.WARNING, what, advice)
    if told.is_archived:
        what = "the repository is archived, so nothing can be written"
        advice = "Unarchive it, or set GITHUB_REPO to another one."
        yield Finding("github permissions", Health.BROKEN, what, advice)
    elif told.may_write:
        yield Finding("github permissions", Health.OK, "may push and merge")
    else:
        what = "may only read, so no pull request can be opened"
        yield Finding("github permissions", Health.BROKEN, what, f"Give the token {rights}.")
    if not told.takes_issues:
        what = "issues are switched off: incidents are told in Slack and by e-mail only"
        advice = "Switch them on in the repository's settings, or see that somebody reads those."
        yield Finding("github issues", Health.WARNING, what, advice)


def judge_required_checks(
    protected: Sequence[str], required: Sequence[str], ran: frozenset[str] | None
) -> Iterator[Finding]:
    """Does the base branch ask for checks, and did those run on the latest pull requests?

    `protected`: what branch protection asks for; `required`: that, and what
    SHIPLOOP_REQUIRED_CHECKS adds; `ran`: None where there is no pull request yet.
    """
    if protected:
        yield Finding("branch protection", Health.OK, f"asks for {', '.join(protected)}")
    else:
        what = "the base branch asks for no check, so anybody can merge what is red"
        advice = f"Protect it, and require {', '.join(required) or 'faq-gate'}."
        yield Finding("branch protection", Health.WARNING, what, advice)
    yield _required(required, ran)


def _required(required: Sequence[str], ran: frozenset[str] | None) -> Finding:
    name = "required checks"
    if not required:
        what, advice = "none is required: nothing is ever merged", "Set SHIPLOOP_REQUIRED_CHECKS."
        return Finding(name, Health.BROKEN, what, advice)
    if ran is None:
        what = f"there is no pull request yet on which {', '.join(required)} could have run"
        return Finding(name, Health.WARNING, what, "Ask a first question, and look again.")
    if missing := sorted(set(required) - ran):
        what = f"{', '.join(missing)} did not run on the latest pull requests"
        advice = "Install deployments/github/workflows in the repository, or correct the name."
        return Finding(name, Health.WARNING, what, advice)
    return Finding(name, Health.OK, f"{', '.join(required)} ran lately")


def judge_environments(
    deployments: Sequence[Deployment], site_url: str, named: Sequence[str]
) -> Finding:
    """Is it known which of GitHub's deployments are production, and do they succeed?"""
    name = "deployments"
    if not deployments:
        what = "none on GitHub: only the site's /healthz can tell what is live"
        return Finding(name, Health.OK, what)
    environments = production_environments(deployments, site_url, named)
    newest = next((one for one in deployments if one.environment in environments), None)
    if newest is None:
        seen = sorted({one.environment for one in deployments})[:_NAMED]
        what = f"none of the newest {len(deployments)} is production's: {', '.join(seen)}"
        advice = "Set SHIPLOOP_ENVIRONMENTS to where the platform deploys the site (docs/live.md)."
        return Finding(name, Health.WARNING, what, advice)
    what = f"the newest to {', '.join(sorted(environments))} is {newest.state}"
    if newest.state in _NOT_DEPLOYED:
        advice = f"Look at the platform's build{f', {newest.log_url}' if newest.log_url else ''}."
        return Finding(name, Health.WARNING, what, advice)
    return Finding(name, Health.OK, what)


def judge_webhook(hooks: Sequence[Webhook]) -> Finding:
    """Will GitHub tell us what happens? Without it everything works, but a few seconds later."""
    ours = [hook for hook in hooks if hook.url.rstrip("/").endswith(WEBHOOK_PATH)]
    if not ours:
        what = "none: results are seen by polling only, some seconds late"
        advice = (
            f"Add one to <the API's address>{WEBHOOK_PATH} (JSON, GITHUB_WEBHOOK_SECRET, events "
            f"{', '.join(sorted(WEBHOOK_EVENTS))}), unless your GitHub App delivers there."
        )
        return Finding("webhook", Health.WARNING, what, advice)
    hook = ours[0]
    if (fault := next(_faults(hook), None)) is not None:
        return Finding("webhook", Health.WARNING, *fault)
    told = f"the last {len(hook.delivery_statuses)} deliveries arrived"
    what = told if hook.delivery_statuses else "nothing was to be delivered in the last days"
    return Finding("webhook", Health.OK, f"{hook.url}: {what}")


def _faults(hook: Webhook) -> Iterator[tuple[str, str]]:
    if not hook.active:
        yield "it is switched off", "Make it active in the repository's settings."
    if (missing := sorted(WEBHOOK_EVENTS - hook.events)) and "*" not in hook.events:
        yield f"it is not sent for {', '.join(missing)}", "Add these events to it."
    if not hook.signed:
        what = "it has no secret: its deliveries are refused"
        yield what, "Give it the secret of GITHUB_WEBHOOK_SECRET."
    failed = [status for status in hook.delivery_statuses if not 200 <= status < 300]
    if failed:
        of, latest = len(hook.delivery_statuses), failed[0] or "no answer"
        what = f"the last delivery failed ({latest})"
        if of > 1:
            what = f"{len(failed)} of the last {of} deliveries failed (the latest with {latest})"
        advice = "See Recent Deliveries of the webhook: is the API reachable, and the secret right?"
        yield what, advice
