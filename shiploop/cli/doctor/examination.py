"""Runs all checks at once, within a time that is known beforehand."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.cli.doctor.github_check import check_github
from shiploop.cli.doctor.mail_check import check_mail
from shiploop.cli.doctor.model_check import check_model, check_small_model
from shiploop.cli.doctor.prefect_check import check_prefect
from shiploop.cli.doctor.redis_check import check_documents, check_redis, check_runners
from shiploop.cli.doctor.service_checks import (
    check_api,
    check_disks,
    check_options,
    check_probes,
    check_signing_key,
    check_site,
)
from shiploop.observability import Redactor
from shiploop.settings import Settings
from shiploop.stack.addresses import api_address, find_stack
from shiploop.stack.home import known_prefect_auth_string

Check = Callable[[], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is: as set, else as the stack that runs here says."""

    redis_url: str | None
    prefect_api_url: str | None
    api_url: str
    site_url: str


def diagnose(settings: Settings, timeout_s: float = 6.0) -> list[Finding]:
    """Look at everything; what has not answered after `timeout_s` is broken.

    No finding holds a secret of the settings.
    """
    places = find_places(settings)
    site_is_known = "site_url" in settings.model_fields_set or find_stack(settings) is not None
    checks: dict[str, Check] = {
        "redis": lambda: check_redis(places.redis_url),
        "runners": lambda: check_runners(places.redis_url, datetime.now(UTC)),
        "documents": lambda: check_documents(places.redis_url),
        "prefect": lambda: check_prefect(
            places.prefect_api_url, known_prefect_auth_string(settings)
        ),
        "github": lambda: check_github(settings),
        "site": lambda: check_site(
            settings.model_copy(update={"site_url": places.site_url}), known=site_is_known
        ),
        "probes": lambda: check_probes(settings),
        "api": lambda: check_api(places.api_url),
        "disk": lambda: check_disks(settings.home),
        "signing key": lambda: check_signing_key(settings),
        "model": lambda: check_model(settings),
        "small model": check_small_model,
        "e-mail": lambda: check_mail(settings),
        "options": lambda: check_options(settings),
    }
    redact = Redactor([*settings.secrets(), *_passwords(settings)]).redact
    return [
        replace(finding, what=redact(finding.what), advice=redact(finding.advice))
        for finding in run_side_by_side(checks, timeout_s)
    ]


def find_places(settings: Settings) -> Places:
    """Where each part is expected. A stack that runs here has left a note of its addresses."""
    stack = find_stack(settings)
    prefect = settings.prefect_api_url or (stack.prefect if stack else None)
    return Places(
        redis_url=settings.redis_url or (stack.redis if stack else None),
        prefect_api_url=f"{prefect.rstrip('/').removesuffix('/api')}/api" if prefect else None,
        api_url=api_address(settings),
        site_url=stack.site if stack and settings.github_repo is None else settings.site_url,
    )


def run_side_by_side(checks: Mapping[str, Check], timeout_s: float) -> list[Finding]:
    """Run each check in a thread of its own; the findings are in the order of the checks."""
    told: queue.SimpleQueue[tuple[str, Finding | None]] = queue.SimpleQueue()
    for name, check in checks.items():
        # Daemons: one that hangs must not keep the process from ending.
        threading.Thread(target=_tell, args=[name, check, told.put], daemon=True).start()
    found: dict[str, list[Finding]] = {name: [] for name in checks}
    unfinished = set(checks)
    for name, finding in _until(time.monotonic() + timeout_s, told, unfinished):
        found[name].append(finding)
    for name in unfinished:
        what, advice = f"no answer within {timeout_s:g} s", "See whether its process hangs."
        found[name].append(Finding(name, Health.BROKEN, what, advice))
    return [finding for findings in found.values() for finding in findings]


def _until(
    give_up_at: float,
    told: "queue.SimpleQueue[tuple[str, Finding | None]]",
    unfinished: set[str],
) -> Iterator[tuple[str, Finding]]:
    """What the checks tell; takes each that has ended (it told None) out of `unfinished`."""
    while unfinished:
        try:
            name, finding = told.get(timeout=max(0.0, give_up_at - time.monotonic()))
        except queue.Empty:
            return
        if finding is None:
            unfinished.discard(name)
        else:
            yield name, finding


def _tell(name: str, check: Check, tell: Callable[[tuple[str, Finding | None]], None]) -> None:
    try:
        for finding in check():
            tell((name, finding))
    except Exception as error:  # noqa: BLE001 - one check that fails must not end the others
        what = f"could not be looked at: {type(error).__name__}: {error}"
        tell((name, Finding(name, Health.BROKEN, what, "Correct its settings, see .env.example.")))
    tell((name, None))


def _passwords(settings: Settings) -> Iterator[str]:
    for url in (
        settings.redis_url,
        settings.prefect_api_url,
        settings.site_url,
        settings.openai_base_url,
    ):
        if url and (password := urlsplit(url).password):
            yield password
