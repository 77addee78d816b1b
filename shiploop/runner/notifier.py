"""Says to people what is queued for them: later rather than never."""

import logging
import time

from shiploop.bootstrap import Services
from shiploop.errors import SlackRefused, SlackUnavailable
from shiploop.stores.queue import QueueItem

_LONGEST_PAUSE_S = 60.0  # of those that Slack asks for; the worker pool tries again after it

log = logging.getLogger(__name__)


class Notifier:
    """The work of the worker pool of notices.

    A runner that dies between saying and noting it makes the next one say it again: twice
    is better than never.
    """

    def __init__(self, services: Services) -> None:
        self._notices = services.notices
        self._queue = services.notice_queue
        self._slack = services.slack

    def deliver(self, item: QueueItem, _deliveries: int) -> None:
        """Say one notice in Slack and take it off the queue. Raises SlackUnavailable."""
        text = self._notices.read(item.subject_id)
        if text is None:
            log.error("notice %s has expired unsaid: no runner lived for a week", item.subject_id)
        elif not self._slack.configured:
            log.warning("notice, said here only as SLACK_WEBHOOK_URL is not set: %s", text)
        else:
            self._say(text)
        self._queue.drop(item)

    def _say(self, text: str) -> None:
        try:
            self._slack.say(text)
        except SlackRefused as error:
            log.error("notice, said here only as Slack refuses it (%s): %s", error, text)
        except SlackUnavailable as error:
            time.sleep(min(error.retry_after_s or 0.0, _LONGEST_PAUSE_S))
            raise
