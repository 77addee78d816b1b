"""What a repository does with its FAQ: which generator makes a site of it, found in its files.

Files are known by their names, and configuration is searched for words. Nothing of it is run.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shiploop.agents.agent import Repository
from shiploop.agents.faq.dialects.dialect import Comment, Dialect
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.dialects.liquid import ELEVENTY
from shiploop.agents.faq.dialects.mdx import DOCUSAURUS, DOCUSAURUS_MD, MDX
from shiploop.agents.faq.dialects.plain import DOCUMENTER, GFM, SPHINX, STARLIGHT, UNKNOWN
from shiploop.agents.faq.dialects.python_markdown import (
    MKDOCS,
    MKDOCS_MACROS,
    MKDOCS_SUPERFENCES,
)
from shiploop.domain.limits import MAX_CONFIGURATION_CHARACTERS


@dataclass(frozen=True, slots=True)
class Profile:
    """The dialect of the FAQ, and what says so: a file's path, or the setting."""

    dialect: Dialect = GFM
    told_by: str = ""

    def dialect_of(self, path: str) -> Dialect:
        """The dialect of one file: in what ends in .mdx no comment of HTML can stand."""
        is_mdx = path.lower().endswith(".mdx")
        if not is_mdx or self.dialect.comment is Comment.MDX:
            return self.dialect
        return DOCUSAURUS if self.dialect is DOCUSAURUS_MD else MDX


# What a file's text says of the dialect; None: it is no file of that generator.
Tell = Callable[[str], Dialect | None]

# Where a site that holds `docs/FAQ.md` has its configuration; others are examples and parts.
_FOLDERS: Final = ("", "docs", "website", "site", "documentation", "docs-site", "www")
_COMMENT: Final = re.compile(r"^[ \t]*(?:#|//).*$", re.MULTILINE)
_PLAIN_PAGES: Final = re.compile(r"\bformat:\s{0,9}['\"](?:detect|md)['\"]")
_SCRIPTS: Final = ("js", "mjs", "cjs", "ts", "mts", "cts")
_DATA: Final = ("yml", "yaml", "toml", "json")


def _always(dialect: Dialect) -> Tell:
    return lambda _: dialect


def _with_word(word: str, dialect: Dialect) -> Tell:
    return lambda text: dialect if word in text else None


def _of_mkdocs(text: str) -> Dialect:
    if re.search(r"\bmacros\b", text):
        return MKDOCS_MACROS
    return MKDOCS_SUPERFENCES if "superfences" in text else MKDOCS


def _of_docusaurus(text: str) -> Dialect:
    return DOCUSAURUS_MD if _PLAIN_PAGES.search(text) else DOCUSAURUS


def _of_underscore_config(text: str) -> Dialect:
    return UNKNOWN if "hexo" in text.lower() else DIALECTS["jekyll"]


def _files() -> Iterator[tuple[str, Tell]]:
    """Each generator's files by their path below its folder, the surest sign first."""
    yield "zensical.toml", _always(MKDOCS_SUPERFENCES)
    for name in ("mkdocs.yml", "mkdocs.yaml"):
        yield name, _of_mkdocs
    for ending in _SCRIPTS:
        yield f"docusaurus.config.{ending}", _of_docusaurus
    for ending in _SCRIPTS:
        yield f".vitepress/config.{ending}", _always(DIALECTS["vitepress"])
    for ending in _SCRIPTS:
        yield f"rspress.config.{ending}", _always(MDX)
    for ending in _SCRIPTS:
        yield f"astro.config.{ending}", _always(STARLIGHT)
    for ending in _SCRIPTS:
        yield f"eleventy.config.{ending}", _always(ELEVENTY)
    yield ".eleventy.js", _always(ELEVENTY)
    for ending in _DATA:
        yield f"hugo.{ending}", _always(DIALECTS["hugo"])
        yield f"config/_default/hugo.{ending}", _always(DIALECTS["hugo"])
    for ending in _DATA:
        for stem in ("config", "config/_default/config"):
            yield f"{stem}.{ending}", _with_word("baseURL", DIALECTS["hugo"])
    yield "book.toml", _with_word("[book]", DIALECTS["mdbook"])
    for name in ("conf.py", "source/conf.py"):
        yield name, _with_word("myst", SPHINX)
    yield "make.jl", _with_word("makedocs", DOCUMENTER)
    yield "book.json", _always(UNKNOWN)
    yield "pelicanconf.py", _always(MKDOCS)
    for name in ("_config.yml", "_config.yaml"):
        yield name, _of_underscore_config
    for ending in _SCRIPTS:
        for stem in (".vuepress/config", "gatsby-config", "nuxt.config", "next.config"):
            yield f"{stem}.{ending}", _always(UNKNOWN)
    yield "antora.yml", _always(UNKNOWN)


_TELLS: Final[Mapping[str, Tell]] = dict(_files())
_NAMES: Final = frozenset(posixpath.basename(path) for path in _TELLS)


def read_profile(repository: Repository, dialect: str | None = None) -> Profile:
    """Find the profile; `dialect` names the one that was set. Without any sign it is GitHub's."""
    if dialect is not None:
        return Profile(DIALECTS.get(dialect, UNKNOWN), "SHIPLOOP_FAQ_DIALECT")
    there = frozenset(repository.named(_NAMES))
    for name, tell in _TELLS.items():
        for folder in _FOLDERS:
            path = posixpath.join(folder, name)
            if path in there and (found := _told(repository, path, tell)) is not None:
                return Profile(found, path)
    return Profile()


def _told(repository: Repository, path: str, tell: Tell) -> Dialect | None:
    text = repository.text(path) or ""
    return tell(_COMMENT.sub("", text[:MAX_CONFIGURATION_CHARACTERS]))


def format_profile(profile: Profile, faq: str) -> str:
    """Say in words how the FAQ is written, and what it lacks for its site."""
    told_by = profile.told_by or "no file of a site generator is there"
    said = f"the FAQ is written for {profile.dialect.name} ({told_by})"
    if profile.dialect.front_matter and faq and not faq.removeprefix("\ufeff").startswith("---"):
        said += ", which does not build a page without front matter, and the FAQ has none"
    if profile.dialect.shows_comments:
        said += ", whose site shows comments, so that no entry can be added"
    return said
