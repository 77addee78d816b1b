"""Nothing hostile is run, replaced or drawn by the generator that an answer is written for."""

import re
from itertools import chain

import pytest

from shiploop.agents.faq.dialects.dialect import Dialect, Unwritable
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.dialects.writing import write_heading
from shiploop.agents.faq.document.entry import in_dialect
from shiploop.agents.faq.gate.gate import Candidate, check_answer
from tests.adversarial.families import FAMILIES, Page, Reply
from tests.adversarial.test_adversarial import candidates
from tests.shiploop.agents.faq.dialects.models import MODELS, nothing

# What acts in what is left of a text when code, escapes and references are taken out of it.
BOXES = r"(?m)^[\s>*+-]*(?::::|!!!|\?\?\?|===[!+]? \"|<<<|/// )"
ACTS = {
    "jekyll": r"[{|]",
    "eleventy": r"\{",
    "hugo": r"\{",
    "vitepress": rf"\{{|{BOXES}|(?m)^[\s>*+-]*\[\[toc",
    "docusaurus": rf"[{{}}]|{BOXES}|(?m)^[\s>*+-]*(?:import|export)\b.*[{{'\"]",
    "mdbook": r"\{",
    "mkdocs": rf"\{{|{BOXES}|-8<|(?m)^[\s>*+-]*\[TOC\]",
    "mkdocs-superfences": rf"\{{|{BOXES}|-8<|(?m)^[\s>*+-]*\[TOC\]",
    "mkdocs-macros": rf"\{{|{BOXES}|-8<",
    "sphinx": rf"\{{|{BOXES}|(?m)^[\s>*+-]*%",
}
# Also in code.
IN_CODE = {
    "vitepress": r"<!--\s*@include|`[^`\n]*\{\{[^`\n]*`(?!\{v-pre\})",
    "mkdocs": r"(?m)^\W*-8<",
    "mkdocs-superfences": r"(?m)^\W*-8<",
    "mkdocs-macros": r"(?m)^\W*-8<",
}
LITERAL = re.compile(
    r"\{\{ '\{\{' \}\}|```.*?```|`[^`\n]*`(?:\{v-pre\})?|\\[!-/:-@\[-`{-~]|&#?\w+;", re.DOTALL
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
            assert not re.search(ACTS.get(dialect.name, r"(?!)"), LITERAL.sub("x", page)), page
            assert not re.search(IN_CODE.get(dialect.name, r"(?!)"), page), page
    assert let_through
