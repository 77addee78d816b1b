"""Looks at production as a reader would: this very change can be seen on it."""

import time
from datetime import UTC, datetime, timedelta

import prefect

from shiploop.bootstrap import services
from shiploop.domain.delivery.change import Proposal, Sighting
from shiploop.errors import SiteUnavailable
from tasks.shared.durability import RETRIED

_LOOK_AGAIN_S = 0.5  # a platform's edges do not switch all at once


@prefect.task(name="verify-live-change", **RETRIED)
def verify_live_change(proposal: Proposal) -> str | None:
    """The live address of the change, None when it could not be seen within the deadline."""
    sighting = services().agents.seen(proposal)
    deadline = datetime.now(UTC) + timedelta(seconds=services().settings.verify_deadline_s)
    while (address := _found(sighting)) is None and datetime.now(UTC) < deadline:
        time.sleep(_LOOK_AGAIN_S)
    return address


def _found(sighting: Sighting) -> str | None:
    try:
        return services().site.find(sighting)
    except SiteUnavailable:
        return None
