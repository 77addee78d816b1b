"""Bodies of pull requests in a template of the repository."""

import pytest

from shiploop.domain.delivery import messages
from shiploop.domain.delivery.template import MAX_TEMPLATE_CHARACTERS, fill_template
from tests.builders import a_proposal, a_task

SIGNATURE = f"v2:{'5e' * 32}"
BODY = messages.pull_request_body(a_task(), a_proposal(), SIGNATURE)
ENDING = f"trace-id: {a_task().task_id}\nsignature: {SIGNATURE}\n"


@pytest.mark.parametrize("none", [None, "", " \n", "x" * (MAX_TEMPLATE_CHARACTERS + 1)])
def test_without_one_that_can_be_used_the_body_is_as_it_is(none: str | None) -> None:
    assert fill_template(none, BODY) == BODY


def test_the_change_stands_where_the_template_has_it() -> None:
    filled = fill_template("## What\n\n{change}\n\n- [x] Read the guide\n", BODY)
    assert filled.startswith("## What\n\nAdds the answer to: ")
    assert filled.endswith(f"green.\n\n- [x] Read the guide\n\n{ENDING}")


def test_the_change_stands_above_a_template_that_has_no_place_for_it() -> None:
    filled = fill_template("## Checklist\r\n\r\n- [ ] Tested\r\n", BODY)
    assert filled.startswith("Adds the answer to: ")
    assert filled.endswith(f"green.\n\n## Checklist\r\n\r\n- [ ] Tested\n\n{ENDING}")


@pytest.mark.parametrize(
    "template",
    [
        f"signature: v2:{'0' * 64}",
        "<!-- never closed {change}",
        "```\nnever closed\n{change}",
        "{change}\n{change}",
    ],
)
def test_our_signature_is_read_whatever_the_template_says(template: str) -> None:
    assert messages.signature_in(fill_template(template, BODY)) == SIGNATURE


def test_nothing_of_the_change_is_taken_for_a_place_of_it() -> None:
    filled = fill_template("{change} {other}", "Says {change}.\n\nThe end.\n")
    assert filled == "Says {change}. {other}\n\nThe end.\n"
