"""The issue about a production that is broken and that nothing takes back: one for each incident.

What strangers wrote is made harmless by `github_text`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shiploop.domain.delivery.github_text import key_text, reason_text
from shiploop.domain.production.rollback_messages import list_commits, list_evidence, list_links
from shiploop.domain.production.rollback_policy import Suspect

INCIDENT_LABELS: Final = ("P0", "incident")
_KEY_LINE: Final = re.compile(r"^<!-- shiploop:incident (\S+) -->\r?$", re.MULTILINE)


class ToDo(StrEnum):
    """What is to be done, by what an incident is about."""

    BRING_BACK = "Bring production back (docs/runbook.md), and verify it"
    MEND_DEPLOY = (
        "Mend the platform's deploy of this commit, or take it back: "
        "`shiploop rollback SHA_OR_TASK_ID --reason …` (docs/runbook.md)"
    )
    MEND_PLATFORM = (
        "Let the platform deploy what is merged (its path filter, its ignored build step), or set "
        "SHIPLOOP_ENVIRONMENTS to the environment that it deploys to"
    )
    UNPIN = (
        "Let the platform serve the newest deploy again; merges go on by themselves then, or by "
        "`shiploop unfreeze`"
    )
    REPLACE_RUNNER = (
        "See with `shiploop doctor` that another runner is at work, and in its log why this one "
        "died"
    )


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue on GitHub, where to read it and what it says."""

    number: int
    url: str
    body: str


def incident_title(reason: str) -> str:
    """The title of an incident without a rollback."""
    return f"🚨 Production incident: {reason_text(reason)}"


def incident_body(
    key: str,
    reason: str,
    evidence: Sequence[str],
    suspects: Sequence[Suspect],
    links: Mapping[str, str],
    to_do: ToDo = ToDo.BRING_BACK,
) -> str:
    """The issue of an incident without a rollback."""
    return (
        f"<!-- shiploop:incident {key_text(key)} -->\n"
        "**Nothing was rolled back: a person is needed.**\n\n"
        f"**Reason**: {reason_text(reason)}\n\n"
        f"{list_commits('Live since production was last healthy', suspects)}"
        f"{list_evidence(evidence)}{list_links(links)}"
        "**Action required**\n\n"
        "- [ ] Investigate the root cause\n"
        f"- [ ] {to_do}\n"
    )


def is_about(issue: Issue, key: str) -> bool:
    """True for an issue of ours with this key."""
    return incident_key_in(issue.body) == key_text(key)


def incident_key_in(body: str) -> str | None:
    """What an issue of ours is about, by the invisible line in its body; None in others."""
    found = _KEY_LINE.search(body)
    return found[1] if found else None
