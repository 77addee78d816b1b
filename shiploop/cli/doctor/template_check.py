"""The template of pull requests that is set: whether ours can be written in it."""

from collections.abc import Iterator

from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.domain.delivery.template import CHANGE, MAX_TEMPLATE_CHARACTERS, is_usable

_NAME = "template"


def judge_template(path: str, text: str | None) -> Iterator[Finding]:
    """Is it there, and can it be used? `path` is empty where none is set."""
    if not path:
        return
    if not is_usable(text):
        what = f"{path} is not used: it has no text of up to {MAX_TEMPLATE_CHARACTERS:,} characters"
        advice = "Correct SHIPLOOP_PULL_REQUEST_TEMPLATE, or commit that file."
        yield Finding(_NAME, Health.WARNING, what, advice)
    else:
        where = f"where it has {CHANGE}" if CHANGE in (text or "") else f"above it: no {CHANGE}"
        yield Finding(_NAME, Health.OK, f"pull requests are written in {path}, {where}")
