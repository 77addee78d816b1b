"""Nothing hostile is run, replaced or drawn by the generator that an answer is written for."""

import re
from collections.abc import Mapping
from itertools import chain

import pytest

from shiploop.agents.faq.dialects.dialect import Dialect, Unwritable
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.dialects.plain import UNKNOWN
from shiploop.agents.faq.dialects.writing import write_heading
from shiploop.agents.faq.document.entry import in_dialect
from shiploop.agents.faq.gate.gate import Candidate, check_answer
from tests.adversarial.families import FAMILIES, Page, Reply
from tests.adversarial.test_adversarial import candidates
from tests.shiploop.agents.faq.dialects.models import MODELS, nothing

# What acts in what is left of a text when code, escapes and references are taken out of it.
BEGINNING = r"^[\s>*+-]*"
COLONS = rf"{BEGINNING}:::"
OF_VUE = rf"\{{|{COLONS}|{BEGINNING}(?:<<<|\[\[toc)"
OF_PYTHON = rf"\{{|{COLONS}|{BEGINNING}(?:!!!|\?\?\?|===[!+]? \"|/// |\[TOC\])|^[ \t]*-+8<"
ACTS = {
    "jekyll": r"[{|]",
    "eleventy": r"\{",
    "hugo": r"\{",
    "vitepress": OF_VUE,
    "docusaurus": rf"[{{}}]|{COLONS}|{BEGINNING}(?:import|export)\b.*[{{'\"]",
    "mdx": rf"[{{}}]|{COLONS}|{BEGINNING}(?:import|export)\b.*[{{'\"]",
    "mdbook": r"\{",
    "mkdocs": OF_PYTHON,
    "mkdocs-superfences": OF_PYTHON,
    "mkdocs-macros": OF_PYTHON,
    "sphinx": rf"\{{|{COLONS}|{BEGINNING}%",
}
# Also in code.
IN_CODE = {
    "vitepress": r"<!--\s*@include|`[^`\n]*\{\{[^`\n]*`(?!\{v-pre\})",
    "mkdocs": r"^\W*-8<",
    "mkdocs-superfences": r"^\W*-8<",
    "mkdocs-macros": r"^\W*-8<",
}
LITERAL = re.compile(
    r"\{\{ '\{\{' \}\}"
    r"|^\|[^\n]*$|```.*?```|`[^`\n]*`(?:\{v-pre\})?|\\[!-/:-@\[-`{-~]|&#?\w+;",
    re.DOTALL | re.MULTILINE,
)
HOSTILE = [
    one
    for one in chain.from_iterable(family.inputs for family in FAMILIES.values())
    if not isinstance(one, (Page, Reply))
]


def written(found: Candidate, dialect: Dialect) -> str | None:
    entry = in_dialect(found.entry, dialect)
    heading = write_heading(found.entry.question, dialect)
    if isinstance(entry, Unwritable) or isinstance(heading, Unwritable):
        return None
    return f"## {heading}\n\n{entry.answer}\n"


def acts(patterns: Mapping[str, str], dialect: Dialect, page: str) -> bool:
    pattern = patterns.get(dialect.name)
    return pattern is not None and re.search(pattern, page, re.MULTILINE) is not None


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda each: each.name)
def test_what_the_gate_lets_through_does_nothing_on_the_site(dialect: Dialect) -> None:
    let_through = 0
    for hostile in HOSTILE:
        for answering in candidates(hostile):
            found = Candidate(
                answering.entry,
                answering.answer,
                answering.sections,
                answering.document,
                dialect=dialect,
            )
            if check_answer(found):
                continue
            let_through += 1
            page = written(found, dialect)
            assert page is not None
            MODELS.get(dialect.name, nothing)(page)  # raises where something would be run
            assert not acts(ACTS, dialect, LITERAL.sub("x", page)), page
            assert not acts(IN_CODE, dialect, page), page
    # Where nobody knows the generator, or it shows comments, all of these kinds are refused.
    assert bool(let_through) is (dialect is not UNKNOWN and not dialect.shows_comments)
