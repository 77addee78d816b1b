"""GitHub: the token, the repository and how it is set up."""

from collections.abc import Iterator

import httpx

from shiploop.agents.faq.document.faq_files import COMMON_FAQS, FAQ_PATH
from shiploop.bootstrap import SettingMissing, token_source
from shiploop.cli.doctor.branches_check import FAST_WORKFLOW, judge_branches
from shiploop.cli.doctor.diagnosis import (
    Finding,
    Health,
    judge_environments,
    judge_faq,
    judge_repository,
    judge_required_checks,
    judge_webhook,
)
from shiploop.cli.doctor.rules_check import judge_rules
from shiploop.cli.doctor.template_check import judge_template
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.deployments import Deployments
from shiploop.clients.github.refusals import RIGHTS
from shiploop.clients.github.rules import Rules, rules_as_set
from shiploop.clients.github.setup import GitHubSetup
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.branches import BranchPrefixes
from shiploop.domain.delivery.pull_request import Base
from shiploop.domain.delivery.wording import Wording
from shiploop.errors import (
    GitHubNotFound,
    GitHubUnauthorized,
    RepositoryUnusable,
    ShiploopError,
    TransientError,
)
from shiploop.settings import Settings

_TIMEOUT_S = 3.0


def check_github(settings: Settings) -> Iterator[Finding]:
    """Look at the token first, then at what it lets us see."""
    repository = settings.github_repo
    if repository is None:
        what = "GITHUB_REPO is not set: `make up` works on a sandbox repository"
        advice = "Set GITHUB_REPO and GITHUB_TOKEN for a repository of yours."
        yield Finding("github", Health.NOT_CONFIGURED, what, advice)
        return
    with httpx.Client(timeout=_TIMEOUT_S) as http:
        try:
            token = token_source(settings, http, repository)
        except SettingMissing as error:
            advice = "Set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY."
            yield Finding("github token", Health.BROKEN, str(error), advice)
            return
        transport = GitHubTransport(http, settings.github_api_url, token)
        github = GitHub(transport, repository, settings.base_branch)
        deployments = Deployments(transport, repository, settings.site_url, settings.environments)
        rules = rules_as_set(settings, transport, repository)
        setup = GitHubSetup(transport, repository)
        yield from _look(github, setup, deployments, rules, settings)


def _look(
    github: GitHub,
    setup: GitHubSetup,
    deployments: Deployments,
    rules: Rules,
    settings: Settings,
) -> Iterator[Finding]:
    try:
        paths = settings.faq_paths or COMMON_FAQS
        base = github.read_base((*paths, FAST_WORKFLOW), settings.pull_request_template)
    except ShiploopError as error:
        yield _refused(error, github.repository)
        return
    yield Finding("github token", Health.OK, f"valid, of {base.viewer}")
    place = f"{github.repository}@{settings.base_branch}"
    there = [path for path in paths if base.files[path] is not None]
    wanted = settings.faq_paths or (there or [FAQ_PATH])[:1]
    yield from (judge_faq(place, path, is_there=path in there) for path in wanted)
    try:
        yield from judge_repository(setup.repository(), github.repository, RIGHTS)
        yield from _checks(github, setup, base, settings)
        wording = Wording(settings.commit_title, settings.sign_off)
        yield from judge_rules(rules.refresh(), wording)
        yield from _branches(setup, base, settings)
        yield from judge_template(settings.pull_request_template, base.template)
        yield judge_environments(deployments.newest(), settings.site_url, settings.environments)
        yield from _webhook(setup, secret_set=settings.github_webhook_secret is not None)
    except ShiploopError as error:
        yield _refused(error, github.repository)


def _refused(error: ShiploopError, repository: str) -> Finding:
    match error:
        case GitHubUnauthorized():
            return Finding("github token", Health.BROKEN, error.what, f"{error.advice}.")
        case GitHubNotFound():
            advice = "Correct GITHUB_REPO, or let the token see it."
            what = f"{repository} is not there, or the token may not see it"
            return Finding("github repository", Health.BROKEN, what, advice)
        case RepositoryUnusable():
            advice = "Correct SHIPLOOP_BASE_BRANCH."
            return Finding("github repository", Health.BROKEN, str(error), advice)
        case TransientError():
            advice = "Look at GITHUB_API_URL, the network and githubstatus.com, then try again."
            return Finding("github", Health.BROKEN, str(error), advice)
        case _:
            advice = "See what GitHub says, and correct the settings it names."
            return Finding("github", Health.BROKEN, str(error), advice)


def _checks(
    github: GitHub, setup: GitHubSetup, base: Base, settings: Settings
) -> Iterator[Finding]:
    pulls = setup.latest_pull_request_ids()
    known = [head.checks for head in github.poll_checks(pulls)] if pulls else []
    ran = frozenset(check.name for each in known for check in each.checks) if pulls else None
    required = settings.required_beside(base.required_checks)
    yield from judge_required_checks(base.required_checks, required, ran)
    if obstacle := next((each.obstacle for each in known if each.unreadable), ""):
        advice = f"Give the token {RIGHTS}."
        yield Finding("github permissions", Health.BROKEN, obstacle, advice)


def _branches(setup: GitHubSetup, base: Base, settings: Settings) -> Iterator[Finding]:
    prefixes = BranchPrefixes(settings.branch_prefix, settings.rollback_branch_prefix)
    in_the_way = [name for name in prefixes.folders if setup.has_branch(name)]
    yield from judge_branches(prefixes, in_the_way, base.files[FAST_WORKFLOW])


def _webhook(setup: GitHubSetup, *, secret_set: bool) -> Iterator[Finding]:
    if not secret_set:
        what = "GITHUB_WEBHOOK_SECRET is not set: deliveries are refused"
        advice = "Set it to the secret of the repository's webhook."
        yield Finding("webhook secret", Health.NOT_CONFIGURED, what, advice)
    try:
        yield judge_webhook(setup.webhooks())
    except (GitHubNotFound, GitHubUnauthorized):
        # GitHub hides webhooks from everybody but administrators.
        what = "only an administrator's token may read webhooks: this one could not be looked at"
        advice = "See Settings, Webhooks, Recent Deliveries of the repository yourself."
        yield Finding("webhook", Health.WARNING, what, advice)
