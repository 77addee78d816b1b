"""Links lead to what is cited, to where the cited sections link, or to an allowed host."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from markdown_it.common.normalize_url import normalizeLink

from shiploop.agents.faq.gate.citation import expected_citations
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.text import Candidate, Text, fold, read_text
from shiploop.agents.faq.quoting.blocks import read_blocks
from shiploop.agents.faq.quoting.links import Reach, is_allowed, relative_link

_SCHEME: Final = re.compile(r"\A[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ACTING: Final = re.compile(
    r"(?:javascript|vbscript|livescript|file|blob|view-source):\S|data:[a-z]+/[a-z]", re.IGNORECASE
)
# What GitHub makes a link of without any markup.
# https://github.github.com/gfm/#autolinks-extension-
_BARE: Final = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20})://(?P<rest>[^\s<>]*)|\bwww\.(?P<www>[^\s<>]*)"
    r"|\b(?:mailto|xmpp|tel|sms):\S",
    re.IGNORECASE,
)
# What some generators make a link of, and people type into a browser: `evil.example/path`.
_HOST: Final = re.compile(
    r"(?<![\w./@-])(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?P<last>[a-z]{2,24}))"
    r"(?![\w-])(?::\d{1,5})?(?P<path>/\S)?",
    re.IGNORECASE,
)
_COMMON: Final = frozenset({"com", "net", "org", "edu", "gov", "biz", "info", "io", "shop", "xyz"})
# As a name's end these are a file or a library: `deploy.sh`, `Node.js/TypeScript`, `ASP.NET`.
_NO_HOST: Final = frozenset({
    *("md", "mdx", "py", "sh", "js", "ts", "jsx", "tsx", "mjs", "rs", "go", "rb", "pl", "json"),
    *("yaml", "yml", "toml", "html", "css", "txt", "xml", "csv", "lua", "sql", "env", "ini", "cfg"),
    *("conf", "lock", "log", "git", "svg", "png", "java", "php", "cs", "d"),
})  # fmt: skip
_NAMES: Final = frozenset({"asp.net", "ado.net", "ml.net", "vb.net", "socket.io"})
# Nobody can have these: https://www.rfc-editor.org/rfc/rfc6761#section-6.5
_EXAMPLES: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.){0,3}example\.(?:com|net|org)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def check_links(candidate: Candidate, text: Text) -> Iterator[Refusal]:
    """Follow every link, with markup or without."""
    citations = _inner_destinations(expected_citations(candidate.sections))
    if others := [link.href for link in text.links if link.href not in citations]:
        cited = citations | _cited_destinations(candidate)  # parses all that is cited
        for href in others:
            if href not in cited:
                yield from _judge(href, candidate.allowed_hosts)
    if "](" in text.prose:  # what is no link to this parser may be one to another
        yield Refusal.UNCITED_LINK
    yield from check_bare_links(text.prose, candidate.allowed_hosts)


def check_bare_links(prose: str, allowed_hosts: frozenset[str]) -> Iterator[Refusal]:
    """Look for what becomes a link by itself."""
    folded = fold(prose)
    if _ACTING.search(folded):
        yield Refusal.SCRIPT_LINK
    for bare in _BARE.finditer(folded):
        url = f"https://www.{bare['www']}" if bare["www"] is not None else bare[0]
        if not is_allowed(url.rstrip(".,:;!?)'\"*_~。，）"), allowed_hosts):
            yield Refusal.OUTSIDE_LINK


def check_bare_hosts(
    prose: str, allowed_hosts: frozenset[str], documents: str
) -> Iterator[Refusal]:
    """Look for hosts without a scheme that are neither allowed nor named by the documents."""
    for found in _HOST.finditer(fold(prose)):
        host, last = found["host"].lower(), found["last"].lower()
        if last in _NO_HOST or host in _NAMES or host in allowed_hosts:
            continue
        if _EXAMPLES.fullmatch(host):
            continue
        if (found["path"] or last in _COMMON) and host not in documents.lower():
            yield Refusal.OUTSIDE_LINK


def _cited_destinations(candidate: Candidate) -> frozenset[str]:
    """Where the links of the cited sections lead, as a parser writes it."""
    found: set[str] = set()

    def note(path: str, anchor: str) -> bool:
        # Whoever wrote the answer knew which of the pages there are; each that may be meant is one.
        found.add(normalizeLink(relative_link(path, anchor)))
        return False

    for section in candidate.sections:
        read_blocks(section, Reach(candidate.allowed_hosts, note))
    return frozenset(found)


def _inner_destinations(text: str) -> frozenset[str]:
    hrefs = (link.href for link in read_text(text).links)
    return frozenset(href for href in hrefs if not _leads_outside(href))


def _judge(href: str, allowed_hosts: frozenset[str]) -> Iterator[Refusal]:
    plain = _BLANKS.sub("", unquote(unquote(fold(href))))
    if _ACTING.match(plain):
        yield Refusal.SCRIPT_LINK
    elif not _leads_outside(href):
        yield Refusal.UNCITED_LINK
    elif not is_allowed(href, allowed_hosts):
        yield Refusal.OUTSIDE_LINK


def _leads_outside(href: str) -> bool:
    plain = _BLANKS.sub("", unquote(unquote(fold(href)))).replace("\\", "/")
    return plain.startswith("//") or _SCHEME.match(plain) is not None
