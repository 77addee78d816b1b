"""What CI refuses the gate refuses before: the rules are the same, word for word."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from shiploop.agents.faq.gate import ci
from tests.adversarial.target import from_model, refusals

WORKFLOW = Path(__file__).parents[5] / "deployments/github/workflows/agent-mvp-ci-fast.yml"
RULE = re.compile(r"^ *refuse '[^']+' '(.+)' \"(\S.*)\"$", re.MULTILINE)
AWK = re.compile(r"prose=\$\(awk '(.+?)' of=before", re.DOTALL)
# Python's `re` knows no properties of Unicode: the gate looks at categories instead.
BY_CATEGORY = r"\p{"


def rules(of: str) -> list[str]:
    found = RULE.findall(WORKFLOW.read_text(encoding="utf-8"))
    return [pattern for pattern, text in found if text == of and BY_CATEGORY not in pattern]


def test_the_rules_are_those_of_the_workflow() -> None:
    assert rules("$prose") == list(ci.OF_PROSE)
    assert rules("$added") == list(ci.OF_ALL)
    assert rules("$(grep -v '^#' <<< \"$added\")") == list(ci.OF_ANSWER)


IN_QUOTATION = """\
> Set it so:
>
> ```yaml
> key: {{ value }}
> ```
"""
NEVER_CLOSED = """\
> ```yaml
> key: value

{{ value }} is set.
"""


@pytest.mark.parametrize(
    ("answer", "is_refused"), [(IN_QUOTATION, False), (NEVER_CLOSED, True), ("{{ value }}", True)]
)
def test_code_in_a_quotation_is_code_and_ends_with_it(answer: str, is_refused: bool) -> None:
    assert bool(list(ci.check_as_ci(answer, "## What?", frozenset()))) is is_refused
    assert ("{{" in prose_in_workflow("", answer)) is is_refused


def prose_in_workflow(before: str, added: str) -> str:
    """What the step of the workflow takes for prose of the lines that are added."""
    program = AWK.search(WORKFLOW.read_text(encoding="utf-8"))
    assert program is not None
    with NamedTemporaryFile("w", encoding="utf-8") as base:
        base.write(before)
        base.flush()
        command = ["awk", program[1], "of=before", base.name, "of=added", "-"]
        done = subprocess.run(command, input=added, capture_output=True, text=True, check=True)
    return done.stdout


FRAMES = {
    "headings of HTML": ('<h2 id="a">What?</h2>\n\nA.\n', '<h2 id="b-c">Why not?</h2>'),
    "headings of HTML in lines": ("<h3>\nWhat?\n</h3>\n\nA.\n", "<h3>\nWhy not?\n</h3>"),
    "components": (
        '<Accordion title="What?">\n\nA.\n\n</Accordion>\n',
        '<Accordion title="Why not?">\n\nA.\n\n</Accordion>',
    ),
    "shortcodes": (
        '{{< details "What?" >}}\nA.\n{{< /details >}}\n',
        '{{< details "Why not?" >}}\nA.\n{{< /details >}}',
    ),
    "tags": (
        "{% details What? %}\nA.\n{% enddetails %}\n",
        "{% details Why not? %}\nA.\n{% enddetails %}",
    ),
}


@pytest.mark.parametrize(("before", "added"), FRAMES.values(), ids=FRAMES)
def test_what_the_files_own_questions_stand_in_a_new_one_may_stand_in(
    before: str, added: str
) -> None:
    frames = ci.frames_in(before)
    assert not list(ci.check_as_ci(added, "## What?", frozenset(), frames))
    assert list(ci.check_as_ci(added, "## What?", frozenset()))
    assert not re.search("[<{]", prose_in_workflow(before, added))
    assert re.search("[<{]", prose_in_workflow("", added))


@pytest.mark.parametrize(
    "added",
    [
        '<h2 onclick="a">Why?</h2>',
        '<h2 id="a">Why?</h2> <b>',
        '<img src="a.png">',
        '<Other title="Why?">',
        '{{< figure "a" >}}',
        "{% include a %}",
    ],
)
def test_no_other_markup_is_let_through_beside_it(added: str) -> None:
    before = "\n".join(each for each, _ in FRAMES.values()) + '<img alt="x">\n'
    assert list(ci.check_as_ci(added, "## What?", frozenset(), ci.frames_in(before)))
    assert added in prose_in_workflow(before, added)


@pytest.mark.parametrize(("before", "added"), FRAMES.values(), ids=FRAMES)
def test_the_gate_lets_an_entry_into_such_a_file(before: str, added: str) -> None:
    found = from_model("`shiploop freeze` holds every merge, and others wait.")
    assert refusals(replace(found, document=f"# FAQ\n\n{before}\n{added}\n")) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Freeze:\n[note]: is a word here.",
        "Set $HOME\\bin first.",
        "See [a][b] for it.",
        "(trace-id: deadbeef0 is one.",
        "It clos #1 wrongly.",
    ],
)
def test_what_only_ci_would_refuse_is_refused(text: str) -> None:
    assert refusals(from_model(text))
