"""What people are told of suggestions that wait for them: one line, however many there are."""

from collections.abc import Sequence
from typing import Final

from shiploop.domain.delivery.github_text import address_text, title_text
from shiploop.domain.delivery.task_record import TaskRecord

_MOST_NAMED: Final = 3
_TITLE_CHARACTERS: Final = 80


def suggestions_wait(new: Sequence[TaskRecord], waiting: int) -> str:
    """A line for a channel: which suggestions are new, and how many wait in all."""
    named = "; ".join(_named(each) for each in new[:_MOST_NAMED])
    more = f" and {len(new) - _MOST_NAMED} more" if len(new) > _MOST_NAMED else ""
    verb = "suggestion waits" if waiting == 1 else "suggestions wait"
    return f"{waiting} {verb} for a person to approve or close. New: {named}{more}."


def _named(record: TaskRecord) -> str:
    title = title_text(record.title, _TITLE_CHARACTERS)
    return f"{title} ({address_text(record.pr_url)})" if record.pr_url else title
