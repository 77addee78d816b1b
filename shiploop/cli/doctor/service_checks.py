"""The site, our API, our disks, and what may be set or not."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from shiploop.bootstrap import site_of
from shiploop.cli.doctor.diagnosis import Finding, Health, judge_disk
from shiploop.clients.site import Site
from shiploop.domain.production.probe import ProbeScope
from shiploop.domain.production.probe_definition import described
from shiploop.errors import SiteUnavailable
from shiploop.probe_file import ProbesUnreadable, read_probes
from shiploop.settings import Settings, value_of

_TIMEOUT_S = 3.0
_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


def check_site(settings: Settings, *, known: bool = True) -> Iterator[Finding]:
    """Does the site name its commit, and does it serve the FAQ?

    `known`: somebody has set where it is, or a stack that runs here has one.
    """
    with httpx.Client(timeout=_TIMEOUT_S) as http:
        site = site_of(settings, http)
        try:
            status = site.status_of("/")
            faq = site.look_at_faq()
        except SiteUnavailable as error:
            advice = "Correct SITE_URL."
            if not known:
                advice = "Start the stack with `make up`, or set SITE_URL."
            yield Finding("site", Health.BROKEN, f"{settings.site_url}: {error}", advice)
            return
        yield _commit_named(site, settings.site_url, status)
    yield _faq_page(site, faq)


def _faq_page(site: Site, faq: tuple[str, int] | None) -> Finding:
    page, status_of_page = faq or ("", None)
    if status_of_page == httpx.codes.OK:
        return Finding("site FAQ page", Health.OK, site.url(page))
    what = "none is found" if faq is None else f"{site.url(page)} answers {status_of_page}"
    advice = "Set SHIPLOOP_SITE_FAQ_PATH to the page that shows docs/FAQ.md."
    return Finding("site FAQ page", Health.BROKEN, what, advice)


def _commit_named(site: Site, site_url: str, status: int) -> Finding:
    if status != httpx.codes.OK:
        what = f"{site_url} answers {status}"
        advice = "Correct SITE_URL; one behind a password needs SHIPLOOP_SITE_HEADER_VALUE."
        return Finding("site", Health.BROKEN, what, advice)
    try:
        return Finding("site", Health.OK, f"{site_url} runs {site.live_sha()[:7]}")
    except SiteUnavailable:
        what = f"{site_url} names no commit: what is live is what the platform tells GitHub"
        return Finding(
            "site",
            Health.WARNING,
            what,
            "Let it name its commit: deployments/sites/README.md says how.",
        )


def check_probes(settings: Settings) -> Iterator[Finding]:
    """What is looked at to tell how production is?"""
    try:
        probes = read_probes(settings.probes, value_of)
    except ProbesUnreadable as error:
        advice = "Correct it: deployments/README.md says what may stand there."
        yield Finding("probes", Health.BROKEN, str(error), advice)
        return
    deciding = [one for one in probes if one.scope is not ProbeScope.OBSERVED]
    others = [described(one) for one in probes if one not in deciding]
    what = f"production is judged by {', '.join(map(described, deciding))}"
    also = f"; only shown: {', '.join(others)}" if others else ""
    yield Finding("probes", Health.OK, what + also)


def check_api(api_url: str) -> Iterator[Finding]:
    """Does our API take questions?"""
    try:
        reply = httpx.get(f"{api_url}/healthz", timeout=_TIMEOUT_S)
    except httpx.HTTPError as error:
        what = f"does not answer at {api_url}: {type(error).__name__}"
        yield Finding("api", Health.BROKEN, what, "Start the stack with `make up`.")
        return
    if reply.is_success:
        yield Finding("api", Health.OK, api_url)
    else:
        what = f"{api_url}/healthz answers {reply.status_code}: questions cannot be worked on"
        yield Finding("api", Health.BROKEN, what, "Mend what else is broken in this list.")


def check_signing_key(settings: Settings) -> Iterator[Finding]:
    """Is there a key to sign our pull requests with, and is it kept?"""
    name = "signing key"
    if settings.signing_key is not None:
        yield Finding(name, Health.OK, "SHIPLOOP_SIGNING_KEY is set")
        return
    kept = settings.home / "signing_key"
    if not kept.exists():
        what = "none yet: `make up` makes one"
        advice = "Set SHIPLOOP_SIGNING_KEY where several machines work on one repository."
        yield Finding(name, Health.NOT_CONFIGURED, what, advice)
    elif kept.stat().st_mode & _READABLE_BY_OTHERS:
        what = f"others can read {kept}"
        yield Finding(name, Health.WARNING, what, f"Run `chmod 600 {kept}`.")
    else:
        yield Finding(name, Health.OK, f"kept in {kept}")


def check_disks(home: Path) -> Iterator[Finding]:
    """Is there space left where we write? A disk that is mounted inside is one of its own."""
    folders = (home, *sorted(filter(Path.is_dir, home.glob("*"))), Path(tempfile.gettempdir()))
    of_disk: dict[int, Path] = {}
    for folder in folders:
        with suppress(OSError):  # it is not there yet, or not any more
            of_disk.setdefault(folder.stat().st_dev, folder)
    for folder in of_disk.values():
        yield judge_disk(str(folder), shutil.disk_usage(folder).free)


def check_options(settings: Settings) -> Iterator[Finding]:
    """What works without being set: Slack, Sentry."""
    yield _slack(settings)
    if settings.sentry_dsn is None:
        what, advice = "errors are in the logs only", "Set SENTRY_DSN to have them collected."
        yield Finding("sentry", Health.NOT_CONFIGURED, what, advice)
    else:
        yield Finding("sentry", Health.OK, "SENTRY_DSN is set")
    yield _sentry_issues(settings)


def _slack(settings: Settings) -> Finding:
    if settings.slack_webhook_url is None:
        what = "nobody is told of rollbacks and incidents there"
        advice = "Set SLACK_WEBHOOK_URL to have them told. The sandbox has a Slack of its own."
        return Finding("slack", Health.NOT_CONFIGURED, what, advice)
    url = urlsplit(settings.slack_webhook_url.get_secret_value())
    if url.scheme not in ("http", "https") or not url.hostname:
        what = "SLACK_WEBHOOK_URL is no URL: nobody is told of rollbacks and incidents there"
        advice = "Set it to an incoming webhook's URL, https://hooks.slack.com/services/…"
        return Finding("slack", Health.BROKEN, what, advice)
    # Whether it is good, only a message would tell, and somebody would read that.
    return Finding("slack", Health.OK, "SLACK_WEBHOOK_URL is set; it was not tried")


def _sentry_issues(settings: Settings) -> Finding:
    name = "sentry issues"
    if settings.sentry_project is None:
        what = "a deploy is not asked for new errors in Sentry"
        advice = "Set SHIPLOOP_SENTRY_PROJECT and SENTRY_AUTH_TOKEN to have it asked."
        return Finding(name, Health.NOT_CONFIGURED, what, advice)
    if settings.sentry_auth_token is None:
        what = "SHIPLOOP_SENTRY_PROJECT is set without a token: Sentry is not asked"
        return Finding(name, Health.BROKEN, what, "Set SENTRY_AUTH_TOKEN (scope event:read).")
    return Finding(name, Health.OK, f"the issues of {settings.sentry_project}; they were not read")
