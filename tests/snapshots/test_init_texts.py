"""What `shiploop init` tells: what it found, what it wrote, and what is left to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shiploop.cli.init import report_messages as messages
from shiploop.cli.init.proposal import app_url, proposed_clicks, proposed_settings
from tests.shiploop.cli.init.repositories import a_repository
from tests.snapshots.conftest import ReadsAs

FOUND = a_repository(commit_title="docs: {title}")
BARE = a_repository(
    "README.md",
    "faq.md",
    "web/faq.md",
    required_checks=("test", "build"),
    site_url=None,
    environments=(),
    generator="gfm",
    generator_told_by="",
    signs_off=True,
)
EMPTY = a_repository("README.md", generator="gfm", generator_told_by="")
HABITS = a_repository(
    "docs/faq.md", "docs/faq.de.md", ".github/pull_request_template.md", ".rumdl.toml"
)
PULL = "https://github.com/acme/docs/pull/7"
FILES = (".github/workflows/agent-mvp-ci-fast.yml", ".rumdl.toml")


def _settings(*, is_written: bool) -> str:
    return messages.format_settings(Path(".env"), proposed_settings(FOUND), is_written=is_written)


def _clicks(pull: str | None) -> str:
    found = FOUND if pull else BARE
    return messages.format_clicks(pull, proposed_clicks(found), app_url(found))


def _left_in() -> str:
    return messages.format_left_in(Path("/home/ada/shiploop-init"), "trunk", "it may only read")


def _app() -> str:
    key = Path("/home/ada/shiploop-app.pem")
    page = messages.format_page("http://127.0.0.1:40123/", 900)
    installed = "https://github.com/apps/shiploop-docs/installations/new"
    return f"{page}\n{messages.format_registered(key, installed)}"


INIT_TEXTS: dict[str, Callable[[], str]] = {
    "cli/init_found.txt": lambda: messages.format_found(FOUND),
    "cli/init_found_little.txt": lambda: messages.format_found(BARE),
    "cli/init_found_nothing.txt": lambda: messages.format_found(EMPTY),
    "cli/init_found_habits.txt": lambda: messages.format_found(HABITS),
    "cli/init_app.txt": _app,
    "cli/init_settings.txt": lambda: _settings(is_written=True),
    "cli/init_settings_kept.txt": lambda: _settings(is_written=False),
    "cli/init_opened.txt": lambda: messages.format_opened(PULL, FILES),
    "cli/init_nothing_lacks.txt": lambda: messages.NOTHING_LACKS,
    "cli/init_left_in.txt": _left_in,
    "cli/init_clicks.txt": lambda: _clicks(PULL),
    "cli/init_clicks_all.txt": lambda: _clicks(None),
    "github/init_pull_request.md": lambda: messages.format_pull_request(FOUND, FILES),
}
TEXTS = tuple(INIT_TEXTS)


@pytest.mark.parametrize("name", INIT_TEXTS)
def test_init_tells_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, INIT_TEXTS[name]() + "\n")
