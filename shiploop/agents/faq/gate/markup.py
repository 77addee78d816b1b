"""Only the plainest Markdown, which stays within its entry."""

import re
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.answering.answer import Generator
from shiploop.agents.faq.answering.length import count_words
from shiploop.agents.faq.document.entry import answer_problem
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.text import Text, fold
from shiploop.domain.limits import (
    MAX_ANSWER_CHARACTERS,
    MAX_ANSWER_WORDS,
    MAX_CITATION_CHARACTERS,
    MAX_QUOTED_WORDS,
)

# Everything else is refused, also what a later parser may know.
_PLAIN: Final = frozenset({
    "paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak",
    "hardbreak", "code_inline", "fence", "code_block", "em_open", "em_close", "strong_open",
    "strong_close", "link_open", "link_close", "bullet_list_open", "bullet_list_close",
    "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close",
    "blockquote_open", "blockquote_close", "table_open", "table_close", "thead_open",
    "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close",
    "td_open", "td_close",
})  # fmt: skip
_HTML: Final = frozenset({"html_block", "html_inline"})
# Escaped it is only text, but who unescapes it once more than needed has a page that acts.
_ACTIVE_TAG: Final = re.compile(
    r"<\s*(?:/\s*)?(?:script|iframe|img|image|svg|math|object|embed|style|link|meta|base|form|input"
    r"|button|video|audio|source|template|body|a)\b",
    re.IGNORECASE,
)
# GitHub draws these instead of showing them.
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams
_DRAWN: Final = frozenset({"mermaid", "math", "geojson", "topojson", "stl", "suggestion"})
_PLAIN_INFO: Final = re.compile(r"[A-Za-z0-9+#.-]{0,20}")
_MATH: Final = re.compile(r"\$\$|\$`|(?<![\w$\\])\$(?=\S)[^$\n\\]*\\[^$\n]*\$")
# What is unescaped in the text as it is written, whatever this parser thinks of it.
_TAG_OR_REFERENCE: Final = re.compile(r"(?<!\\)<[A-Za-z/!?]|(?<!\\)&#?\w+;")
_IMAGE: Final = re.compile(r"(?<!\\)!\[")
_FENCE: Final = re.compile(r"\A[ >]*(?:```|~~~)")
_CODE_SPAN: Final = re.compile(r"`[^`]*`")
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]{1,1000}\]")
_DEEPEST: Final = 8  # three lists within each other


def check_length(text: str, citation: str, generator: Generator) -> Iterator[Refusal]:
    """At most a hundred words of a model's, or what may be quoted; and three sections cited."""
    most = MAX_ANSWER_WORDS if generator == "model" else MAX_QUOTED_WORDS
    # Of the characters first: nothing else looks at a text that is too long.
    if (
        len(text) > MAX_ANSWER_CHARACTERS
        or len(citation) > MAX_CITATION_CHARACTERS
        or count_words(text) > most
    ):
        yield Refusal.TOO_LONG


def check_markup(text: Text) -> Iterator[Refusal]:
    """Paragraphs, lists, tables, quotations, code and links; nothing that acts or leaks out."""
    kinds = {token.type for token in text.tokens}
    if kinds & _HTML or _TAG_OR_REFERENCE.search(_without_code(text.raw)):
        yield Refusal.RAW_HTML
    if _ACTIVE_TAG.search(fold(text.prose)):
        yield Refusal.RAW_HTML
    if "image" in kinds or _IMAGE.search(_without_code(text.raw)):
        yield Refusal.IMAGE
    if kinds - _PLAIN - _HTML - {"image"} or _is_drawn(text) or _is_deep(text):
        yield Refusal.UNEXPECTED_MARKUP
    if any("title" in token.attrs for token in text.tokens if token.type == "link_open"):
        yield Refusal.LINK_TITLE
    if answer_problem(text.raw) is not None or _FOOTNOTE.search(text.prose):
        yield Refusal.NOT_SELF_CONTAINED


def _without_code(raw: str) -> str:
    """What is not code to a reader of lines, such as the check in the repository's own CI."""
    kept, in_fence = [], False
    for line in raw.split("\n"):
        if _FENCE.match(line):
            in_fence = not in_fence
        elif not in_fence:
            kept.append(_CODE_SPAN.sub("", line))
    return "\n".join(kept)


def _is_drawn(text: Text) -> bool:
    infos = [token.info.strip() for token in text.tokens if token.type == "fence"]
    odd = any(info.lower() in _DRAWN or not _PLAIN_INFO.fullmatch(info) for info in infos)
    return odd or _MATH.search(_without_code(text.raw)) is not None


def _is_deep(text: Text) -> bool:
    return any(token.level > _DEEPEST for token in text.tokens)
