"""What is known and told of checks, as the fields of a commit's facts: JSON, in GitHub's own words.

A field that this version does not know is ignored, and one that it does not find has its default,
so that it reads what another has written.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shiploop.domain.delivery.checks import Check, CheckKind, KnownChecks, read_conclusion
from shiploop.domain.delivery.reruns import Rerun
from shiploop.domain.timestamps import from_iso, iso_ms


def write_known(known: KnownChecks) -> str:
    """All checks of a commit, as they were read."""
    checks = [_fields(check) for check in known.checks]
    return json.dumps(
        {"checks": checks, "unreadable": known.unreadable, "complete": known.complete}
    )


def read_known(text: str) -> KnownChecks:
    """Read what `write_known` has written."""
    stored: Mapping[str, Any] = json.loads(text)
    return KnownChecks(
        tuple(_check(fields) for fields in stored.get("checks", ())),
        stored.get("unreadable", 0),
        stored.get("complete", True),
    )


def hint_name(check: Check) -> str:
    """Which check a hint is about: of each run, and of each commit status, the last is kept."""
    if check.kind is CheckKind.RUN and check.id:
        return f"{check.kind}:{check.id}"
    return f"{check.kind}:{check.app or 0}:{check.name}"


def write_check(check: Check) -> str:
    """One check, as it was told."""
    return json.dumps(_fields(check))


def read_check(text: str) -> Check:
    """Read what `write_check` has written."""
    return _check(json.loads(text))


def write_rerun(rerun: Rerun) -> str:
    """That something is run again."""
    return json.dumps(
        {
            "workflow_run": rerun.workflow_run,
            "names": rerun.names,
            "check_ids": rerun.check_ids,
            "asked_at": iso_ms(rerun.asked_at),
            "refused": rerun.refused,
        }
    )


def read_rerun(text: str) -> Rerun:
    """Read what `write_rerun` has written."""
    stored = json.loads(text)
    return Rerun(
        stored["workflow_run"],
        tuple(stored["names"]),
        tuple(stored["check_ids"]),
        from_iso(stored["asked_at"]),
        stored.get("refused", ""),
    )


def _fields(check: Check) -> dict[str, object]:
    told: dict[str, object] = {
        "name": check.name,
        "conclusion": check.conclusion,
        "kind": check.kind,
        "id": check.id,
        "app": check.app,
        "suite": check.suite,
        "workflow": check.workflow,
        "event": check.event,
        "workflow_run": check.workflow_run,
        "run_is_over": check.run_is_over,
        "started_at": check.started_at and iso_ms(check.started_at),
        "completed_at": check.completed_at and iso_ms(check.completed_at),
    }
    return {name: value for name, value in told.items() if value or name == "conclusion"}


def _check(fields: Mapping[str, Any]) -> Check:
    return Check(
        name=fields["name"],
        conclusion=read_conclusion(fields["conclusion"]),
        kind=CheckKind(fields.get("kind", CheckKind.RUN)),
        id=fields.get("id", 0),
        app=fields.get("app"),
        suite=fields.get("suite"),
        workflow=fields.get("workflow"),
        event=fields.get("event"),
        workflow_run=fields.get("workflow_run"),
        run_is_over=fields.get("run_is_over", False),
        started_at=_moment(fields.get("started_at")),
        completed_at=_moment(fields.get("completed_at")),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
