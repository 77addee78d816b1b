"""The one incident that the texts tell of, and how title and body are shown in one file."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shiploop.domain.production.rollback import Reverted, RollbackCase, TrbSplit
from shiploop.domain.production.rollback_policy import Suspect
from tests.builders import NOON, TASK_ID, a_rollback_case, a_suspect

OLDER_SHA = "3f9c1b7ad20e4586b1c8e07f52d9a4630e7bb195"
NEWER_SHA = "b81d06e4c5f2937a04be61d8f9a3520c7e4d1f68"
REVERT_SHA = "07ce5d9f1a3b8462e0fd94c7b25a8136fe60d3a2"
OLDER_TASK_ID = "0d9c9f2e-5c1b-4f0a-9a67-2f3f6f1d8e11"
REPOSITORY_URL = "https://github.com/acme/docs"
ISSUE_URL = f"{REPOSITORY_URL}/issues/15"
RUN_URL = "http://127.0.0.1:4200/runs/flow-run/6a1f0c52-8d34-4b5e-9c7d-e2a4b6f81093"
ENTRY_URL = "https://docs.example.com/faq#what-is-the-worker-heartbeat-mechanism-e4733e0e"

OLDER = a_suspect(
    OLDER_SHA,
    headline="Update FAQ - How do I deploy to production? (#11)",
    task_id=OLDER_TASK_ID,
)
NEWER = a_suspect(
    NEWER_SHA,
    headline="Update FAQ - What is the worker heartbeat mechanism? (#12)",
    task_id=TASK_ID,
)
A_PERSONS = a_suspect(NEWER_SHA, headline="Move the site to the new theme", task_id=None)
EVIDENCE = (
    "site-home failed 6 of 6 times: / answers 500",
    "site-faq failed 6 of 6 times: /faq answers 500",
)
REVERTED = Reverted(
    pull_url=f"{REPOSITORY_URL}/pull/13",
    pull_number=13,
    head_sha="e" * 40,
    merge_sha=REVERT_SHA,
    merged_at=NOON + timedelta(seconds=60),
)
TRB = TrbSplit(detect_ms=25_000, decide_ms=400, revert_ms=34_600, deploy_ms=9_000, verify_ms=20_500)
# With one target missed.
SLOW_TRB = TrbSplit(
    detect_ms=25_000, decide_ms=31_000, revert_ms=3_000, deploy_ms=30_500, verify_ms=20_500
)
# Nobody had to find or decide anything.
TRB_BY_HAND = replace(TRB, detect_ms=0, decide_ms=0)
CHECKS_RED = "checks of the rollback failed: faq-gate"
STILL_UNHEALTHY = (
    "production is not healthy after the rollback: site-home failed 6 of 6 times: / answers 500"
)


def a_case(*suspects: Suspect, **changes: Any) -> RollbackCase:
    """The rollback of these commits, oldest first, which broke two pages of the site."""
    suspects = suspects or (NEWER,)
    told: dict[str, Any] = {
        "suspects": suspects,
        "reason": "site-home, site-faq are failing",
        "evidence": EVIDENCE,
        "detected_at": NOON + timedelta(seconds=25),
        "decided_at": NOON + timedelta(seconds=25.4),
    }
    return a_rollback_case(suspects[-1].sha, **{**told, **changes})


ASKED_AT = NOON + timedelta(seconds=25.4)
BY_HAND = a_case(
    reason="The entry names a customer.",
    evidence=(),
    bad_live_at=ASKED_AT,
    detected_at=ASKED_AT,
    decided_at=ASKED_AT,
    asked_by_person=True,
)


def page(text: str, **heading: str | tuple[str, ...]) -> str:
    """A page of GitHub's in one file: what stands around its text as front matter, then the text.

    GitHub shows such a file as a table above the text as it is rendered there.
    """
    return f"---\n{_front_matter(heading)}---\n{text}"


def _front_matter(heading: Mapping[str, str | tuple[str, ...]]) -> str:
    # JSON is YAML, whatever a title holds.
    return "".join(f"{name}: {json.dumps(v, ensure_ascii=False)}\n" for name, v in heading.items())
