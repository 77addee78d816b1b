"""What is proposed for a repository that was read: settings, files, and what a person clicks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.cli.init.found import Found
from shiploop.cli.init.manifest import APP_RIGHTS, app_name
from shiploop.cli.init.workflows import WORKFLOWS_FOLDER, chosen, edited
from shiploop.domain.delivery.branches import BranchPrefixes
from shiploop.domain.delivery.wording import TITLE as ANY_TITLE

BRANCH: Final = "shiploop-init"
TITLE: Final = "Let shiploop answer questions in the FAQ"
GATE: Final = "faq-gate"
_PREFIXES: Final = BranchPrefixes()
_LINT_RULES: Final = ".rumdl.toml"
_EVENTS: Final = (
    "Pushes, Check runs, Statuses, Deployment statuses, Pull requests, Pull request reviews"
)


@dataclass(frozen=True, slots=True)
class Ours:
    """What comes with shiploop: the workflows by name, and rules for the linter."""

    workflows: Mapping[str, str]
    lint_rules: str


@dataclass(frozen=True, slots=True)
class Click:
    """What only a person can do, and where."""

    what: str
    where: str


def proposed_faq_path(found: Found) -> str:
    """Where entries are written: the FAQ that there is, or one in the first document folder."""
    folders = found.files.document_folders
    return found.files.faq_path or (f"{folders[0]}/FAQ.md" if folders else FAQ_PATH)


def proposed_faq_paths(found: Found) -> tuple[str, ...]:
    """That one, and what there is of it in other languages."""
    return proposed_faq_path(found), *found.files.translations


def proposed_settings(found: Found) -> dict[str, str]:
    """What differs from what is set by itself, as variables of the environment."""
    settings = {"GITHUB_REPO": found.full_name, "SHIPLOOP_BASE_BRANCH": found.branch}
    settings["SHIPLOOP_FAQ_PATHS"] = json.dumps(proposed_faq_paths(found))
    if found.files.document_folders:
        folders = [f"/{folder}/" for folder in found.files.document_folders]
        settings["SHIPLOOP_DOCS_INCLUDE"] = json.dumps(folders)
    if found.site_url is not None:
        settings["SITE_URL"] = found.site_url
    if found.commit_title != ANY_TITLE:
        settings["SHIPLOOP_COMMIT_TITLE"] = found.commit_title
    if found.files.template is not None:
        settings["SHIPLOOP_PULL_REQUEST_TEMPLATE"] = found.files.template
    if found.required_checks:
        checks = dict.fromkeys((*found.required_checks, GATE))
        settings["SHIPLOOP_REQUIRED_CHECKS"] = json.dumps(list(checks))
    return settings


def proposed_files(
    found: Found, ours: Ours, prefixes: BranchPrefixes = _PREFIXES
) -> dict[str, str]:
    """The files that the repository needs, by path."""
    faq_paths = proposed_faq_paths(found)
    files = {
        f"{WORKFLOWS_FOLDER}/{name}": edited(text, found.branch, faq_paths, prefixes)
        for name, text in chosen(ours.workflows, found.files).items()
    }
    if found.files.lint_rules is None:
        files[_LINT_RULES] = ours.lint_rules
    if found.files.faq_path is None:
        files[faq_paths[0]] = "# FAQ\n"
    return files


def proposed_clicks(found: Found, *, is_hooked: bool = False) -> tuple[Click, ...]:
    """What a person has to do on GitHub, beside merging the files.

    `is_hooked`: the App has a webhook of its own.
    """
    page = found.page_url
    clicks = []
    if GATE not in found.required_checks:
        what = f"Require the status check {GATE} of GitHub Actions on {found.branch}"
        what += "" if found.asks_for_review else ", and no review"
        clicks.append(Click(what, f"{page}/settings/rules/new?target=branch"))
    if found.asks_for_review:
        what = (
            f"Put shiploop's account on the bypass list of the rule that asks for reviews on "
            f"{found.branch}, or each answer, and each rollback, waits for a person"
        )
        clicks.append(Click(what, f"{page}/settings/rules"))
    what = (
        "Add a webhook: https://<your API>/webhooks/github, application/json, the "
        f"GITHUB_WEBHOOK_SECRET of .env; events: {_EVENTS}"
    )
    if not is_hooked:
        clicks.append(Click(what, f"{page}/settings/hooks/new"))
    if found.site_url is None:
        what = "Set SITE_URL in .env: neither the repository nor a deployment names the site"
        clicks.append(Click(what, f"{page}/deployments"))
    if found.signs_off:
        what = "Set SHIPLOOP_SIGN_OFF in .env, `Name <address>`: the last commits are signed off"
        clicks.append(Click(what, f"{page}/commits/{quote(found.branch)}"))
    return tuple(clicks)


def app_url(found: Found) -> str:
    """Where a GitHub App is made that has the rights it needs, and no more."""
    host = found.page_url.removesuffix(f"/{found.full_name}")
    name = app_name(found.full_name)
    asked = {"name": name, "url": found.page_url, "webhook_active": "false", **APP_RIGHTS}
    return f"{host}/settings/apps/new?{urlencode(asked, quote_via=quote)}"
