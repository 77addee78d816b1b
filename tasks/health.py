"""Looks at production as a reader would: this very entry can be read on it."""

import time
from datetime import UTC, datetime, timedelta

from prefect import task

from shiploop.agents.faq.answering.answer import Answer, plain_text
from shiploop.agents.faq.document.document import entry_id
from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Run
from shiploop.errors import SiteUnavailable
from tasks.shared.durability import RETRIED
from tasks.shared.entry import entry_of

_LOOK_AGAIN_S = 0.5  # a platform's edges do not switch all at once


@task(name="verify-live-entry", **RETRIED)
def verify_live_entry(run: Run, answer: Answer) -> str | None:
    """The live address of the entry, None when it could not be seen within the deadline."""
    site, anchor = services().site, entry_id(entry_of(run, answer))
    deadline = datetime.now(UTC) + timedelta(seconds=services().settings.verify_deadline_s)
    texts = (run.question, plain_text(answer.text))
    while not _shown(anchor, texts):
        if datetime.now(UTC) >= deadline:
            return None
        time.sleep(_LOOK_AGAIN_S)
    return site.entry_url(anchor)


def _shown(anchor: str, texts: tuple[str, ...]) -> bool:
    try:
        return services().site.shows(anchor, *texts)
    except SiteUnavailable:
        return False
