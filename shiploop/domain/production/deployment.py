"""What a platform's deployments say of a commit: pure thinking, no I/O.

The site's own word is stronger (`live.py`); this is for sites that name no commit.
Source: https://docs.github.com/en/rest/deployments/deployments
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from shiploop.domain.delivery.webhook_facts import DeployState

# As GitHub, Vercel ("Production – docs"), Cloudflare ("docs (Production)") and GitHub Pages name
# it. The mark may be missing there: clients set it to false where nobody says otherwise
# (chrnorm/deployment-action#61).
_USUAL_NAME = re.compile(r"production(?: [-\u2013\u2014] .*)?|github-pages", re.IGNORECASE)
_USUAL_END = " (production)"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment with its newest status; without one its state is `pending`.

    `is_production` and `is_transient` are what its creator said of the environment. The two
    addresses are of the newest status, empty where it names none.
    """

    sha: str
    environment: str
    state: DeployState
    environment_url: str = ""
    log_url: str = ""
    is_production: bool = False
    is_transient: bool = False


class Progress(Enum):
    """How far one commit is on its way to production, by the platform's word."""

    UNKNOWN = auto()  # no deployment of production contains it yet
    BUILDING = auto()
    LIVE = auto()
    FAILED = auto()
    SKIPPED = auto()
    REPLACED = auto()  # by a later deployment of a commit that does not contain it


@dataclass(frozen=True, slots=True)
class PlatformWord:
    """What the platform says, and the deployment that says it; None while there is none."""

    progress: Progress
    deployment: Deployment | None = None


def production_environments(
    deployments: Sequence[Deployment], site_url: str, named: Collection[str] = ()
) -> frozenset[str]:
    """The names of the environments that are production, by the strongest sign that one bears.

    What somebody has `named` wins; then an address that is the site's; then GitHub's mark; then
    the usual names. Newest first.
    """
    if named:
        return frozenset(named)
    lasting = [one for one in deployments if not one.is_transient]
    signs = (
        [one for one in lasting if _is_address_of(one.environment_url, site_url)],
        [one for one in lasting if one.is_production],
        [one for one in lasting if _has_usual_name(one)],
    )
    bearing = next((each for each in signs if each), [])
    return frozenset(one.environment for one in bearing)


def ask_platform(
    deployments: Sequence[Deployment],
    environments: Collection[str],
    contains: Mapping[str, bool],
) -> PlatformWord:
    """What the deployments to these environments, newest first, say of a commit.

    `contains` tells of each of their commits whether it contains the one that is asked about.
    Where there are several environments, each that has something to say has to be live.
    """
    words = [
        word
        for name in sorted(environments)
        if (word := _of_environment(_newest(deployments, name), contains)).deployment is not None
    ]
    for progress in _MOST_TELLING:
        for word in words:
            if word.progress is progress:
                return word
    return PlatformWord(Progress.UNKNOWN)


def deployed_sha(deployments: Sequence[Deployment]) -> str | None:
    """The commit of the newest deployment to production that succeeded; None without one."""
    found = (one.sha for one in deployments if one.state is DeployState.SUCCESS)
    return next(found, None)


# Of several environments. A skipped one beside a live one is what monorepos look like.
_MOST_TELLING = (
    Progress.FAILED,
    Progress.REPLACED,
    Progress.BUILDING,
    Progress.LIVE,
    Progress.SKIPPED,
)


def _has_usual_name(deployment: Deployment) -> bool:
    name = deployment.environment
    return bool(_USUAL_NAME.fullmatch(name)) or name.lower().endswith(_USUAL_END)


def _newest(deployments: Sequence[Deployment], environment: str) -> list[Deployment]:
    """The newest deployment of each commit to an environment, newest first."""
    newest: dict[str, Deployment] = {}
    for one in deployments:
        if one.environment == environment:
            newest.setdefault(one.sha, one)
    return list(newest.values())


def _of_environment(
    deployments: Sequence[Deployment], contains: Mapping[str, bool]
) -> PlatformWord:
    ours = [one for one in deployments if contains.get(one.sha, False)]
    if not ours:
        return PlatformWord(Progress.UNKNOWN)
    later = deployments[: deployments.index(ours[0])]
    if replacing := next((one for one in later if one.state is DeployState.SUCCESS), None):
        return PlatformWord(Progress.REPLACED, replacing)
    # A later commit contains this one: it may be live through that one alone, and is live already
    # where that one is still being built, or cannot be.
    for wanted in (Progress.LIVE, Progress.BUILDING):
        for one in ours:
            if _progress(one) is wanted:
                return PlatformWord(wanted, one)
    return PlatformWord(_progress(ours[0]), ours[0])


def _progress(deployment: Deployment) -> Progress:
    match deployment.state:
        case DeployState.SUCCESS:
            return Progress.LIVE
        case DeployState.FAILURE | DeployState.ERROR:
            return Progress.FAILED
        case DeployState.INACTIVE:
            return Progress.SKIPPED
        case (
            DeployState.IN_PROGRESS
            | DeployState.QUEUED
            | DeployState.PENDING
            | DeployState.WAITING
            | DeployState.UNKNOWN
        ):
            return Progress.BUILDING


def _is_address_of(environment_url: str, site_url: str) -> bool:
    """True where the site is served from this address, or from below it."""
    try:
        theirs, ours = urlsplit(environment_url), urlsplit(site_url)
        same_host = theirs.hostname is not None and theirs.hostname == ours.hostname
        same_port = (theirs.port or _PORTS.get(theirs.scheme)) == (
            ours.port or _PORTS.get(ours.scheme)
        )
    except ValueError:
        return False
    scheme_changes = {theirs.scheme, ours.scheme} == set(_PORTS)
    # A preview may lie below the site: `/pr-preview/12/` of the same host.
    is_above = f"{ours.path.rstrip('/')}/".startswith(f"{theirs.path.rstrip('/')}/")
    return same_host and (same_port or scheme_changes) and is_above


_PORTS = {"http": 80, "https": 443}
