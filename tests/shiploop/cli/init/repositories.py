"""A repository as init may have found it."""

from dataclasses import replace
from typing import Any

from shiploop.cli.init.found import Found, read_files

PATHS = ("README.md", "website/docs/faq.md", "website/docs/guide.md", "mkdocs.yml")


def a_repository(*paths: str, **changed: Any) -> Found:
    """One with default branch trunk and its FAQ in website/docs, unless told otherwise."""
    found = Found(
        full_name="acme/docs",
        page_url="https://github.com/acme/docs",
        branch="trunk",
        files=read_files(paths or PATHS),
        required_checks=(),
        site_url="https://docs.acme.example",
        site_told_by="the homepage of the repository",
        environments=("production",),
        generator="mkdocs",
        generator_told_by="mkdocs.yml",
    )
    return replace(found, **changed)
