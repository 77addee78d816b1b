"""Whether a quotation is what its question asks for, told by its shape and its first words."""

import re
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.judging.elsewhere import (
    count_words,
    is_pointer,
    without_code_blocks,
    without_inline_code,
)
from shiploop.agents.faq.retrieval.terms import content_terms

_FEWEST_WORDS_OF_A_WAY: Final = 40  # that has a link, and neither steps nor code
_FEWEST_WORDS_BESIDE_A_LOST_LINK: Final = 30
_MOST_WORDS_BEFORE_A_POINTER: Final = 50
_FEWEST_WORDS_A_ROW: Final = 6  # in a table that says itself what it tells
_MOST_LOST_POINTERS: Final = 1
_ASKS_HOW: Final = re.compile(r"\W{0,40}how (?:do|can|could|would|should|to)\b", re.IGNORECASE)
_ASKS_WHAT: Final = re.compile(r"\W{0,40}what (?:is|are|'s)\b", re.IGNORECASE)
_TABLE_LINE: Final = re.compile(r"[> ]{0,40}\|")
_STEP: Final = re.compile(r"^[> ]{0,40}(?:[-*+]|\d{1,3}[.)]) ", re.MULTILINE)
_OUTER_LINK: Final = re.compile(r"\]\(https?://|\]\[|<https?://")
# "Download [this file](https://…)", "like [this one](…)", "as told in [here](…)".
_HANGS_ON_LINK: Final = re.compile(
    r"\[(?:[^\[\]\n]{0,30} )?(?:here|this|like this(?: one)?|this (?:article|document|example|file"
    r"|form|guide|issue|link|list|one|page|post|repo|repository|script|table|thread|tool|video))\W{0,3}\]"
    r"\(https?://",
    re.IGNORECASE,
)
_OF_A_CHANGE: Final = re.compile(r"\b(?:migrat|upgrad)", re.IGNORECASE)
_FEWEST_WORDS_OF_A_CHANGE: Final = 60
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n\n")
_ORDER: Final = (
    r"(?:add|append|apply|ask|build|call|change|check|choose|click|configure|connect|copy|create"
    r"|define|delete|deploy|disable|download|edit|enable|ensure|enter|execute|export|find|generate"
    r"|give|go|import|include|install|launch|make|modify|mount|move|navigate|open|paste|pass|pick"
    r"|place|point|press|provide|pull|push|put|register|reload|remove|rename|replace|restart|run"
    r"|save|select|send|set|specify|start|stop|switch|tell|turn|type|update|upload|use|verify|write)"
    r"(?= (?:the|a|an|your|this|these|it|`|\w{1,30} ))"
)
_TELLS_WHAT_TO_DO: Final = re.compile(
    rf"\A\W{{0,40}}(?:if|when|once|after|before|you can|you may|you need|please|to \w{{1,30}}"
    rf"|{_ORDER})",
    re.IGNORECASE,
)
# "Set it …", "In that file, set it …", "you can set it …"
_GIVES_AN_ORDER: Final = re.compile(
    rf"(?:\A\W{{0,40}}|[,:;] |\b(?:you(?: can| may| must| need to| have to| should| could)?"
    rf"|then|and|by|to|simply|just|please) ){_ORDER}|\b(?:by|after) \w{{1,30}}ing ",
    re.IGNORECASE,
)
_TEMPLATE: Final = re.compile(r"\{\{[<%]")
# Of Nuxt's MDC.
_INLINE_COMPONENT: Final = re.compile(r"(?<![\w:`]):[a-z][\w-]{0,40}\{[^{}\n]{0,200}\}")
_OWN_STORY: Final = re.compile(r"(?<![`\"“'‘(*])\b(?:I|I['’](?:m|ve|ll|d)|my)\b(?![`\"”'’)*/])")
_COUNTS_BACK: Final = re.compile(
    r"\W{0,40}(?:both|either|neither|all (?:two|three|four)) ", re.IGNORECASE
)
# "this provider", "these examples": of what, where nobody has named one?
_POINTS_BACK: Final = re.compile(
    r"\b(?:these|those) (?P<several>[a-z]{4,}s)\b"
    r"|\bthis (?P<one>account|action|addon|api|application|block|chart|class|cluster|code|column"
    r"|component|configuration|container|controller|directory|endpoint|example|extension|feature|field"
    r"|file|folder|function|image|instance|integration|key|library|method|mode|model|module|node"
    r"|object|operator|option|package|parameter|pattern|plugin|policy|process|project|provider"
    r"|resource|role|rule|script|server|service|setting|setup|snippet|step|strategy|table|target"
    r"|task|template|tool|type|value|variable|version|view|workflow)\b",
    re.IGNORECASE,
)
_LOST_POINTER: Final = re.compile(
    r"\W{0,40}(?:see|refer to|read|check out|follow|visit) (?:the|our|this|their)\b"
    r"[^\[\]]{3,120}\Z",
    re.IGNORECASE,
)


def why_unfit(question: str, heading: str, text: str, quoted: str) -> Iterator[str]:
    """Why a quotation is not what is asked for; `text` is the section's own Markdown."""
    prose = without_code_blocks(quoted)
    if _is_scant_table(quoted):
        yield "It is a table of few words alone, and no sentence says what it tells."
    if _ASKS_WHAT.match(question) and _TELLS_WHAT_TO_DO.match(prose):
        yield "The question asks what something is, and the text begins with what to do."
    if found := _TEMPLATE.search(quoted):
        yield f"It holds “{found[0]}”, which its own site fills in."
    if _INLINE_COMPONENT.search(text):
        yield "A part of a sentence is a component, of which nothing is quoted."
    if _OWN_STORY.search(without_inline_code(prose)):
        yield "It is told by somebody as their own story."
    if _COUNTS_BACK.match(prose):
        yield "It begins with some that it does not name."
    if pointer := _pointing_back(f"{question}\n{heading}", prose):
        yield f"It begins with “{pointer}”, which nothing quoted names."
    yield from _why_short(question, heading, text, quoted, prose)


def _why_short(question: str, heading: str, text: str, quoted: str, prose: str) -> Iterator[str]:
    words, has_code = count_words(prose), "`" in quoted
    has_steps = _STEP.search(prose) is not None
    if _ASKS_HOW.match(question) and not (has_code or has_steps):
        if not _gives_an_order(prose):
            yield "The question asks how, and the text says nothing to do."
        elif words < _FEWEST_WORDS_OF_A_WAY and "](" in text:
            yield "The question asks how, and the text is short and leads on."
    if _HANGS_ON_LINK.search(text) and not _HANGS_ON_LINK.search(quoted):
        yield "A sentence hangs on a link to another host, which is not quoted."
    if _OF_A_CHANGE.search(heading) and not has_code and words < _FEWEST_WORDS_OF_A_CHANGE:
        yield "It is short for a change of versions, and tells no command."
    loses_link = _OUTER_LINK.search(text) is not None and not _OUTER_LINK.search(quoted)
    if loses_link and words < _FEWEST_WORDS_BESIDE_A_LOST_LINK and prose == quoted:
        yield "It is short, and a link in it leads to another host, so that it is not quoted."
    sentences = [each for each in _SENTENCE_END.split(prose) if each.strip()]
    if sum(map(bool, map(_LOST_POINTER.match, sentences))) > _MOST_LOST_POINTERS:
        yield "It names where to read on, and the links are not quoted."
    if prose == quoted and words <= _MOST_WORDS_BEFORE_A_POINTER and is_pointer(sentences[-1]):
        yield "It is short, and ends with where to read on."


def _is_scant_table(quoted: str) -> bool:
    lines = [line for line in quoted.split("\n") if line.strip()]
    is_table = all(map(_TABLE_LINE.match, lines))
    return is_table and count_words(quoted) < _FEWEST_WORDS_A_ROW * len(lines)


def _gives_an_order(prose: str) -> bool:
    return any(map(_GIVES_AN_ORDER.search, _SENTENCE_END.split(prose)))


def _pointing_back(said: str, prose: str) -> str:
    """What the first sentence points back to without a name for it; empty if nothing."""
    first = _SENTENCE_END.split(prose.strip(), maxsplit=1)[0]
    known = set(content_terms(said))
    for found in _POINTS_BACK.finditer(first):
        thing = found["several"] or found["one"]
        before = set(content_terms(first[: found.start()]))
        if not set(content_terms(thing)) <= known | before:
            return found[0]
    return ""
