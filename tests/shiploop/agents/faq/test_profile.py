"""Which generator a repository uses is found by its files, and may be set."""

import pytest

from shiploop.agents.faq.dialects.dialect import Unwritable
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.document.entry import in_dialect
from shiploop.agents.faq.profile import format_profile, read_profile
from shiploop.domain.limits import MAX_CONFIGURATION_CHARACTERS
from tests.builders import an_entry
from tests.files import Files

MKDOCS = "site_name: A\nmarkdown_extensions:\n  - pymdownx.superfences\n"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, "gfm"),
        ({"README.md": "# A"}, "gfm"),
        ({"mkdocs.yml": "site_name: A"}, "mkdocs"),
        ({"mkdocs.yml": MKDOCS}, "mkdocs-superfences"),
        ({"mkdocs.yml": "# superfences\nsite_name: A"}, "mkdocs"),
        ({"mkdocs.yml": "plugins: [macros]"}, "mkdocs-macros"),
        ({"zensical.toml": ""}, "mkdocs-superfences"),
        ({"docs/conf.py": 'extensions = ["myst_parser"]'}, "sphinx"),
        ({"docs/source/conf.py": 'extensions = ["myst_nb"]'}, "sphinx"),
        ({"docs/conf.py": "extensions = []"}, "gfm"),
        ({"_config.yml": "title: A"}, "jekyll"),
        ({"_config.yml": "# Hexo\nurl: a", "a.md": ""}, "jekyll"),
        ({"_config.yml": "deploy: hexo"}, "unknown"),
        ({"hugo.toml": ""}, "hugo"),
        ({"config.toml": 'baseURL = "a"'}, "hugo"),
        ({"config.toml": "[tool]"}, "gfm"),
        ({"docs/.vitepress/config.mts": ""}, "vitepress"),
        ({"website/docusaurus.config.js": ""}, "docusaurus"),
        ({"docusaurus.config.ts": "markdown: { format: 'detect' }"}, "docusaurus-md"),
        ({"docs/astro.config.mjs": ""}, "starlight"),
        ({"eleventy.config.js": ""}, "eleventy"),
        ({".eleventy.js": ""}, "eleventy"),
        ({"book.toml": '[book]\ntitle = "A"'}, "mdbook"),
        ({"docs/.vuepress/config.js": ""}, "unknown"),
        ({"rspress.config.ts": ""}, "mdx"),
        ({"docs/make.jl": 'using Documenter, A\nmakedocs(sitename = "A")'}, "documenter"),
        ({"docs/make.jl": "build()"}, "gfm"),
        ({"book.json": "{}"}, "unknown"),
        ({"antora.yml": ""}, "unknown"),
        ({"nuxt.config.ts": ""}, "unknown"),
        ({"_config.yml": "", "docs/.vitepress/config.ts": ""}, "vitepress"),
        ({"examples/a/mkdocs.yml": MKDOCS}, "gfm"),
        ({"mkdocs.yml": "#" * MAX_CONFIGURATION_CHARACTERS + "\nplugins: [macros]"}, "mkdocs"),
    ],
)
def test_a_generator_is_known_by_its_files(files: dict[str, str], name: str) -> None:
    profile = read_profile(Files(files))
    assert profile.dialect is DIALECTS[name]
    assert profile.told_by in {*files, ""}


def test_what_is_set_wins() -> None:
    profile = read_profile(Files({"mkdocs.yml": MKDOCS}), "hugo")
    assert (profile.dialect.name, profile.told_by) == ("hugo", "SHIPLOOP_FAQ_DIALECT")


def test_the_doctor_is_told_how_the_faq_is_written_and_what_it_lacks() -> None:
    profile = read_profile(Files({"_config.yml": ""}))
    assert format_profile(profile, "---\n---\n# FAQ\n") == (
        "the FAQ is written for jekyll (_config.yml)"
    )
    assert format_profile(profile, "# FAQ\n").endswith(
        ", which does not build a page without front matter, and the FAQ has none"
    )
    assert format_profile(read_profile(Files({})), "# FAQ\n") == (
        "the FAQ is written for gfm (no file of a site generator is there)"
    )


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"next.config.mjs": ""}, "mdx"),
        ({"astro.config.mjs": ""}, "mdx"),
        ({}, "mdx"),
        ({"docusaurus.config.ts": "markdown: { format: 'detect' }"}, "docusaurus"),
        ({"docusaurus.config.ts": ""}, "docusaurus"),
        ({"rspress.config.ts": ""}, "mdx"),
    ],
)
def test_a_file_of_mdx_is_written_as_such_whatever_the_generator(
    files: dict[str, str], name: str
) -> None:
    assert read_profile(Files(files)).dialect_of("docs/faq.MDX").name == name


def test_where_a_site_shows_comments_nothing_is_added_and_the_doctor_says_why() -> None:
    profile = read_profile(Files({"docs/make.jl": "makedocs()"}))
    assert "shows comments" in format_profile(profile, "# FAQ\n")
    assert in_dialect(an_entry("How do I add it?"), profile.dialect) is Unwritable.COMMENT
