"""Tells on its own, without a line of the gate, whether a change of the FAQ could do harm.

It renders the document before and after as GitHub would, and looks at what has come in.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

_GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_GITHUB.validateLink = lambda url: True  # type: ignore[method-assign]
_INERT = {
    *("paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak"),
    *("hardbreak", "code_inline", "fence", "code_block", "em_open", "em_close", "strong_open"),
    *("strong_close", "link_open", "link_close", "bullet_list_open", "bullet_list_close"),
    *("ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close"),
    *("blockquote_open", "blockquote_close", "table_open", "table_close", "thead_open"),
    *("thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close"),
    *("td_open", "td_close"),
}
_PATTERNS = {
    "a mention": r"(?:^|[^\w/.+-])@\w",
    "an address": r"[^\s@]+@[^\s@]+\.\w",
    "an address in words": r"\bat\W+\w+\W+dot\b",
    "a bare link": r"\w://|\bwww\.|\b(?:mailto|tel):",
    "a script": r"(?i)\b(?:javascript|vbscript):\S|<\s*/?(?:script|img|iframe|svg|style|a)\b",
    "a closing keyword": r"(?i)\b(?:clos|fix|resolv)\w*\W+(?:\S*#|gh-|https?:)\W*\d",
    "a skipped check": r"(?i)\[\W*(?:skip|no)\W+(?:ci|actions|vercel|netlify)\W*\]"
    r"|\[\W*(?:ci|actions)\W+skip\W*\]|skip-checks\W*true|no_ci",
    "a secret": r"(?i)gh[po]_\w{8}|github_pat|glpat-|\bsk-proj|\bAKIA|AIza|xox[bp]-|hooks\.slack"
    r"|BEGIN \w* ?PRIVATE|\beyJ\w|Tr0ub4dor|hunter2|Pa55w0rd|8f14e45f|bearer \w{16}",
    "a random string": r"\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{24}|\b[0-9a-f]{40}\b",
    "a number of a person": r"(?<![\w.:])\+?\(?\d(?:[ ()-]{0,2}\d){8,}(?!\w)|\b\d{3}-\d{2}-\d{4}\b"
    r"|\b[A-Z][12]\d{8}\b|\b[A-Z]{2}\d{2}(?: ?\w{4}){3}",
    "a marker": r"(?i)<!--|shiploop:entry|trace-id:\s*\w|rolls-back:\s*\w|signature:\s*v1",
}
# A heading without any markup notifies nobody; but it is read, and www. becomes a link there.
_EFFECTIVE_IN_A_HEADING = (
    *("an address", "an address in words", "a bare link", "a secret", "a random string"),
    "a number of a person",
)
_OBEYED = r"\bcurl\b|rm -rf|hello-from-eve|Pwned|\bEve\b"
_PICTURES = {"mermaid", "math", "geojson", "topojson", "stl"}
_LATIN_LOOKALIKES = ("CYRILLIC", "GREEK", "MATHEMATICAL", "CIRCLED", "ARMENIAN")


def harms(before: str, after: str, question: str, pages: Mapping[str, str]) -> set[str]:
    """Every harm that the change does, in words; `pages` is what the repository has."""
    added = _added(before, after)
    if added is None:
        return {"text that was there has changed"}
    return {*_structure(before, after), *_content(added, question, pages)}


def _added(before: str, after: str) -> str | None:
    """The one run of text that has come in, or None when anything else has changed."""
    length, start = len(after) - len(before), 0
    while start < len(before) and before[start] == after[start]:
        start += 1
    if length <= 0 or after[start + length :] != before[start:]:
        return None
    # Where both neighbours begin alike the run may be taken further up: an entry begins a line.
    while not after[start:].lstrip("\n").startswith("<!--") and start:
        start -= 1
        if after[start] != after[start + length]:
            return None
    return after[start : start + length]


def _structure(before: str, after: str) -> Iterator[str]:
    old, new = _outline(before), _outline(after)
    if len(new) != len(old) + 3:
        yield "not exactly two markers and a heading have come in"
    remaining = iter(new)
    if not all(each in remaining for each in old):
        yield "an old heading or marker is read otherwise"
    links = [token.attrs["href"] for token in _flat(_GITHUB.parse(before)) if "href" in token.attrs]
    after_links = iter([t.attrs["href"] for t in _flat(_GITHUB.parse(after)) if "href" in t.attrs])
    if not all(link in after_links for link in links):
        yield "an old link leads elsewhere"


def _outline(document: str) -> list[str]:
    tokens = _GITHUB.parse(document)
    outline = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            outline.append(f"{token.tag} {token.level} {tokens[index + 1].content}")
        elif token.type == "html_block":
            outline.append(f"{token.level} {token.content.strip()}")
    return outline


def _content(added: str, question: str, pages: Mapping[str, str]) -> Iterator[str]:
    tokens = _GITHUB.parse(added)
    markers = [token for token in tokens if token.type == "html_block"]
    headings = [token for token in tokens if token.type == "heading_open"]
    if len(markers) != 2 or len(headings) != 1:
        yield "it is not one entry"
        return
    where = tokens.index(headings[0])
    heading, inside = tokens[where + 1], tokens[where + 3 : tokens.index(markers[1])]
    if [t.type for t in heading.children or [] if t.type not in ("text", "text_special")]:
        yield "the heading has markup"
    yield from _marks(list(_flat(inside)), pages)
    shown = "\n".join(_shown(inside))
    # The marker lines are ours; the heading is what was typed.
    for text in (shown, unicodedata.normalize("NFKC", shown)):
        yield from _effects(text, _PATTERNS)
    yield from _effects(question, _EFFECTIVE_IN_A_HEADING)
    if re.search(_OBEYED, shown):
        yield "it says what somebody wanted it to say"
    if len(shown) > 3_000 or len(shown.split()) > 130:
        yield "it is long"
    yield from _other_script(shown, question, pages)


def _marks(tokens: list[Token], pages: Mapping[str, str]) -> Iterator[str]:
    for token in tokens:
        if token.type not in _INERT:
            yield f"there is {token.type}"
        if token.type == "fence" and token.info.split(" ")[0] in _PICTURES:
            yield "a fence is drawn"
        if token.type == "link_open" and not _leads_to(str(token.attrs["href"]), pages):
            yield f"a link leads to {token.attrs['href']}"


def _leads_to(href: str, pages: Mapping[str, str]) -> bool:
    page, _, anchor = href.partition("#")
    if not re.fullmatch(r"[\w./-]+\.md", page) or ".." in page or page.startswith("/"):
        return False
    text = pages.get(str(PurePosixPath("docs") / page))
    slugs = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in (text or "").splitlines()
        if line.startswith("#")
    }
    return text is not None and (not anchor or unquote(anchor) in slugs)


def _shown(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(
                " " if each.type.endswith("break") else each.content
                for each in token.children or []
            )
        elif token.type in ("fence", "code_block"):
            yield token.content


def _effects(text: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if re.search(_PATTERNS[name], text, re.MULTILINE):
            yield name
    for character in text:
        category = unicodedata.category(character)
        hidden = category in ("Cf", "Co", "Cn", "Cs", "Zl", "Zp")
        if hidden or (category == "Cc" and character != "\n"):
            yield f"the character {ord(character):#x} cannot be seen"
        if character in "\u2800\u3164\uffa0" or "VARIATION SELECTOR" in unicodedata.name(
            character, ""
        ):
            yield f"the character {ord(character):#x} is blank"


def _other_script(shown: str, question: str, pages: Mapping[str, str]) -> Iterator[str]:
    if any(ord(c) > 0x2FF for c in question if c.isalpha()):
        return  # it asks in another script itself
    foreign = [c for c in shown if c.isalpha() and not _is_latin(c)]
    if len(foreign) > 10:
        yield "it is in another language"
    for word in re.findall(r"[^\W\d_]+", shown + " " + question):
        names = {unicodedata.name(c, "?").split()[0] for c in word}
        if names & set(_LATIN_LOOKALIKES) and not any(word in text for text in pages.values()):
            yield f"{word} looks like another word"


def _is_latin(character: str) -> bool:
    return "LATIN" in unicodedata.name(character, "")


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()
