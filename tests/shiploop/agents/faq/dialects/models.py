"""Small models of what generators do with a page before they read Markdown."""

import re
from collections.abc import Callable

# What a generator does with the text of a page before it reads Markdown.
Before = Callable[[str], str]


def liquid(page: str) -> str:
    """Raises where something would be run."""
    kept, rest = "", page
    while found := re.search(r"\{\{|\{%|\{#", rest):
        kept, rest = kept + rest[: found.start()], rest[found.start() :]
        if rest.startswith('{{ "{" }}'):
            kept, rest = kept + "{", rest[len('{{ "{" }}') :]
        elif rest.startswith("{% raw %}"):
            end = re.compile(r"\{%-?\s*endraw\s*-?%\}").search(rest)
            assert end is not None, page
            kept, rest = kept + rest[len("{% raw %}") : end.start()], rest[end.end() :]
        else:
            raise AssertionError(f"it is run: {rest}")
    return kept + rest


def hugo(page: str) -> str:
    """Its lexer: https://github.com/gohugoio/hugo/blob/master/parser/pageparser/pagelexer.go."""
    kept, rest = "", page
    while found := re.search(r"\{\{[<%]", rest):
        closing = ">}}" if found[0].endswith("<") else "%}}"
        assert rest[found.end() :].startswith("/*"), f"it is run: {rest}"
        inner = rest[found.end() :]
        end = inner.find(f"*/{closing}")
        assert end > 1, f"a comment must be closed: {rest}"
        kept += rest[: found.end()] + inner[2:end] + closing
        rest = inner[end + len(closing) + 2 :]
    return kept + rest


MDBOOK_LINK = re.compile(r"\\\{\{\#.*\}\}|\{\{\s*\#(?P<type>[a-zA-Z0-9_]+)\s+(?P<target>[^}]+)\}\}")


def mdbook(page: str) -> str:
    """Its pattern: https://github.com/rust-lang/mdBook, `find_links`."""

    def replaced(found: re.Match[str]) -> str:
        assert found["type"] is None, f"it is replaced: {found[0]}"
        return found[0][1:]

    return MDBOOK_LINK.sub(replaced, page)


def nothing(page: str) -> str:
    return page


MODELS: dict[str, Before] = {
    "gfm": nothing,
    "jekyll": liquid,
    "eleventy": liquid,
    "hugo": hugo,
    "mdbook": mdbook,
    "sphinx": nothing,
    "starlight": nothing,
    "docusaurus": nothing,
    "vitepress": nothing,
    "mdx": nothing,
}
