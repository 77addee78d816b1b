"""Reads a repository: what GitHub tells of it, and the names of its files."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from shiploop.agents.faq.profile import read_profile
from shiploop.cli.init.found import Found, read_files
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.git.repository_documents import Snapshot
from shiploop.clients.github.auth import TokenSource
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.deployments import Deployments
from shiploop.clients.github.rules import rules_as_set
from shiploop.clients.github.setup import GitHubSetup, RepositoryPage
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.wording import asks_for_sign_off, title_template
from shiploop.domain.production.deployment import Deployment, production_environments
from shiploop.settings import Settings


@dataclass(frozen=True, slots=True)
class Read:
    """A repository as it was found, and the client for its default branch."""

    found: Found
    github: GitHub


def read_repository(
    settings: Settings, repository: str, transport: GitHubTransport, token: TokenSource
) -> Read:
    """Read what `init` does not have to ask. Raises ShiploopError."""
    setup = GitHubSetup(transport, repository)
    page = setup.page()
    commits = setup.latest_commit_messages(page.branch)
    github = GitHub(transport, page.full_name, page.branch)
    base = github.read_base()
    settings_there = settings.model_copy(update={"base_branch": page.branch})
    rules = rules_as_set(settings_there, transport, page.full_name).refresh()
    # The one that runners use: their first start finds it.
    path = settings.home.resolve() / "clones" / "mirror.git"
    mirror = Mirror(GitRemote(path, github.clone_url(), token), page.branch)
    head_sha = mirror.fetch()
    profile = read_profile(Snapshot(mirror, head_sha))
    deployments = Deployments(transport, page.full_name, "", ()).newest()
    site_url, told_by = _site(page, deployments)
    found = Found(
        full_name=page.full_name,
        page_url=page.url,
        branch=page.branch,
        files=read_files(mirror.paths(head_sha)),
        required_checks=base.required_checks,
        site_url=site_url,
        site_told_by=told_by,
        environments=tuple(sorted(production_environments(deployments, site_url or ""))),
        generator=profile.dialect.name,
        generator_told_by=profile.told_by,
        commit_title=title_template([each.partition("\n")[0] for each in commits], rules.messages),
        signs_off=asks_for_sign_off(commits),
        asks_for_review=rules.asks_for_review,
    )
    return Read(found, github)


def _site(page: RepositoryPage, deployments: tuple[Deployment, ...]) -> tuple[str | None, str]:
    """The site, and who names it: the repository before a deploy, which may have an own address."""
    production = production_environments(deployments, "")
    deployed = next((one for one in deployments if one.environment in production), None)
    named = (
        (page.homepage, "the homepage of the repository"),
        (page.pages_url, "GitHub Pages"),
        (deployed.environment_url if deployed else "", "the newest deployment to production"),
    )
    return next(((url, by) for url, by in named if _is_address(url)), (None, ""))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable()
