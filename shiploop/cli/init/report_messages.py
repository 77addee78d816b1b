"""What `shiploop init` tells people: in the terminal, and in the pull request."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from shiploop.cli.init.found import Found
from shiploop.cli.init.proposal import Click, proposed_faq_path
from shiploop.domain.delivery.wording import TITLE

NOTHING_LACKS: Final = "The repository has every file that it needs."


def format_found(found: Found) -> str:
    """What was read, line by line."""
    files = found.files
    rows = {
        "repository": f"{found.full_name}, into {found.branch}",
        "documents": ", ".join(files.document_folders) or "no folder of documents: all Markdown",
        "FAQ": files.faq_path or f"none: {proposed_faq_path(found)} is proposed",
        "generator": _generator(found),
        "linter": files.lint_rules or "none: .rumdl.toml is proposed",
        "checks": ", ".join(found.required_checks) or "the branch requires none",
        "site": f"{found.site_url}, {found.site_told_by}" if found.site_url else "not known",
    }
    if found.environments:
        rows["production"] = ", ".join(found.environments)
    if found.commit_title != TITLE:
        rows["titles"] = f"{found.commit_title}, as the last commits or the rules have it"
    if files.template is not None:
        rows["template"] = f"{files.template}, of pull requests"
    if files.translations:
        rows["languages"] = ", ".join(files.translations)
    if files.others:
        rows["other FAQs"] = ", ".join(files.others)
    return "\n".join(f"  {name:<12}{value}" for name, value in rows.items())


def _generator(found: Found) -> str:
    if not found.generator_told_by:
        return "none is known: the FAQ is written as GitHub shows it"
    return f"{found.generator}, by {found.generator_told_by}"


def format_settings(path: Path, settings: Mapping[str, str], *, is_written: bool) -> str:
    """What became of the settings."""
    if is_written:
        return f"{path} is written, for you alone to read: {', '.join(settings)}"
    lines = [f"  {name}={value}" for name, value in settings.items()]
    return "\n".join([f"{path} is there already and stays as it is. It would be:", *lines])


def format_page(url: str, patience_s: float) -> str:
    """Where the person goes on, and for how long that is waited for."""
    return (
        f"Open {url} in a browser on this machine, and register the App there. "
        f"It is waited for {patience_s / 60:.0f} minutes."
    )


def format_registered(key_file: Path, install_url: str) -> str:
    """That the App is there, and what is left to do with it."""
    return (
        f"The App is registered: its key is in {key_file}, and .env names it, both for you alone "
        f"to read.\nInstall it on the repository, which is waited for:\n  {install_url}"
    )


def format_opened(url: str, paths: Sequence[str]) -> str:
    """That the pull request is there, and what is in it."""
    return f"Draft pull request {url} with {', '.join(paths)}"


def format_left_in(folder: Path, branch: str, why: str) -> str:
    """What to do with files that GitHub did not take from us; the folder by its whole path."""
    return (
        f"GitHub takes no workflow from this token ({why}).\n"
        f"The files are in {folder}. In a clone of the repository, as somebody who may:\n"
        f"  git switch -c shiploop-init && cp -r {folder}/. . && git add -A &&\n"
        "  git commit -m 'Let shiploop answer questions in the FAQ' &&\n"
        f"  git push -u origin shiploop-init && gh pr create --draft --fill --base {branch}"
    )


def format_clicks(pull_url: str | None, clicks: Sequence[Click], app_url: str = "") -> str:
    """What only a person can do, with links; `app_url` is empty where there is an App already."""
    first = [Click("Read the draft pull request and merge it", pull_url)] if pull_url else []
    lines = ["What is left for you, in this order:"]
    for number, click in enumerate((*first, *clicks), 1):
        lines += [f"  {number}. {click.what}", f"     {click.where}"]
    if app_url:
        lines += ["A GitHub App instead of a token, with these rights and no more:", f"  {app_url}"]
    return "\n".join(lines)


def format_pull_request(found: Found, paths: Iterable[str]) -> str:
    """The body of the pull request."""
    files = "\n".join(f"- `{path}`" for path in sorted(paths))
    return (
        "These files let shiploop answer questions in "
        f"`{proposed_faq_path(found)}`: a question comes in, an entry is proposed as a pull "
        f"request into `{found.branch}`, and merged once `faq-gate` is green.\n\n{files}\n\n"
        "`faq-gate` runs on every pull request, or GitHub would wait for it where it is required. "
        "Nothing here merges anything, and no secret is needed.\n"
    )
