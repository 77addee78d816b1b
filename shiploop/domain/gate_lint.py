"""The FAQ with the entry in it is clean Markdown where the entry stands; the rest is not ours."""

from collections.abc import Iterable
from dataclasses import dataclass

from shiploop.domain.faq_document import lines_of


@dataclass(frozen=True, slots=True)
class Finding:
    """What a linter says of one line, which counts from 1."""

    line: int
    rule: str
    message: str


def findings_in_entry(
    document: str, question_hash: str, findings: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Those findings that are about the lines of one entry."""
    lines = lines_of(document, question_hash)
    return tuple(finding for finding in findings if finding.line in lines)
