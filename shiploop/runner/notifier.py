"""Says to people what is queued for them on one channel: later rather than never."""

import logging
import time

from shiploop.channels import Channel
from shiploop.errors import ChannelRefused, ChannelUnavailable
from shiploop.stores.notices import Notices
from shiploop.stores.queue import QueueItem

_LONGEST_PAUSE_S = 60.0  # of those that a channel asks for; the worker pool tries again after it

log = logging.getLogger(__name__)


class Notifier:
    """The work of the worker pool of one channel's notices.

    A runner that dies between saying and noting it makes the next one say it again: twice
    is better than never.
    """

    def __init__(self, notices: Notices, channel: Channel) -> None:
        self._notices = notices
        self._channel = channel

    def deliver(self, item: QueueItem, _deliveries: int) -> None:
        """Say one notice and take it off the queue. Raises ChannelUnavailable."""
        text = self._notices.read(item.subject_id)
        if text is None:
            log.error("notice %s has expired unsaid: no runner lived for a week", item.subject_id)
        else:
            self._say(text)
        self._channel.queue.drop(item)

    def _say(self, text: str) -> None:
        speaker = self._channel.speaker
        try:
            speaker.say(text)
        except ChannelRefused as refusal:
            log.error("notice that %s refuses (%s): %s", speaker.name, refusal, text)
        except ChannelUnavailable as error:
            time.sleep(min(error.retry_after_s or 0.0, _LONGEST_PAUSE_S))
            raise
