"""What CI refuses the gate refuses before: the rules are the same, word for word."""

import re
import subprocess
from pathlib import Path

import pytest

from shiploop.agents.faq.gate import ci
from tests.adversarial.target import from_model, refusals

WORKFLOW = Path(__file__).parents[5] / "deployments/github/workflows/agent-mvp-ci-fast.yml"
RULE = re.compile(r"^ *refuse '[^']+' '(.+)' \"(\S.*)\"$", re.MULTILINE)
AWK = re.compile(r"prose=\$\(awk '(.+?)' <<<", re.DOTALL)
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
    program = AWK.search(WORKFLOW.read_text(encoding="utf-8"))
    assert program is not None
    command = ["awk", program[1]]
    done = subprocess.run(command, input=answer, capture_output=True, text=True, check=True)
    assert ("{{" in done.stdout) is is_refused, "the workflow sees it in the same way"


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
