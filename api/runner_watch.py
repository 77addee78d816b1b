"""Tells people when no runner is left, and when one is back: the dead can't."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from fastapi.concurrency import run_in_threadpool
from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.channels import Channel, Speaker
from shiploop.errors import ChannelRefused, ChannelUnavailable
from shiploop.stores import keys
from shiploop.stores.heartbeats import ALIVE_FOR_S

_LOOK_S = 5.0
_ALIVE_FOR = timedelta(seconds=ALIVE_FOR_S)
_START_GRACE = timedelta(seconds=60)  # the whole stack may be starting, the runner last of all
_TELLING_S = 60  # longer than a channel is waited for

_ALIVE = "alive"
_SILENT = "silent"
_NEWS = {
    _SILENT: f"No shiploop runner has shown a sign of life for {ALIVE_FOR_S:g} s. Questions are "
    "taken, and wait; nothing is checked, merged or rolled back. See `shiploop doctor`.",
    _ALIVE: "A shiploop runner is alive again: what has waited goes on.",
}

log = logging.getLogger(__name__)


class RunnerWatch:
    """Looks at the heartbeats. What people know is kept in Redis, for all API processes."""

    def __init__(self, services: Services, start_grace: timedelta = _START_GRACE) -> None:
        self._redis = services.redis
        self._heartbeats = services.heartbeats
        self._channels = services.channels
        self._silent_from = datetime.now(UTC) + start_grace

    async def watch(self) -> None:
        """Look now and then until cancelled."""
        while True:
            try:
                await run_in_threadpool(self.look)
            except Exception:
                log.exception("not known whether a runner lives")
            await asyncio.sleep(_LOOK_S)

    def look(self) -> None:
        """Tell people if there is something that they do not know; outlives an absence of Redis."""
        try:
            self._look()
        except RedisError as error:
            log.warning("not known whether a runner lives: %s", error)
            # Nobody could show a sign of life meanwhile.
            self._silent_from = datetime.now(UTC) + _ALIVE_FOR

    def _look(self) -> None:
        now, newest = datetime.now(UTC), self._heartbeats.newest()
        if newest is not None and now < newest + _ALIVE_FOR:
            # Remembered here: one that stops on purpose takes its heartbeat along.
            self._silent_from = newest + _ALIVE_FOR
            for channel in self._channels:
                # The first one is no news.
                self._redis.set(_state_key(channel), _ALIVE, nx=True)
                self._tell_once(_ALIVE, channel)
        elif now >= self._silent_from:
            for channel in self._channels:
                self._tell_once(_SILENT, channel)

    def _tell_once(self, state: str, channel: Channel) -> None:
        if not self._is_news(state, channel):
            return
        telling = keys.runners_telling(channel.queue.stream)
        if not self._redis.set(telling, "1", nx=True, ex=_TELLING_S):
            return  # another API is telling it
        try:
            # Looked at again: it may just have told it.
            if self._is_news(state, channel) and _told(channel.speaker, _NEWS[state]):
                self._redis.set(_state_key(channel), state)
        finally:
            self._redis.delete(telling)

    def _is_news(self, state: str, channel: Channel) -> bool:
        # Where no runner has ever been, nobody misses one.
        return self._redis.get(_state_key(channel)) not in (state, None)


def _state_key(channel: Channel) -> str:
    return keys.runners_state(channel.queue.stream)


def _told(speaker: Speaker, text: str) -> bool:
    try:
        speaker.say(text)
    except ChannelRefused as error:
        log.error("%s could not be told (%s): %s", speaker.name, error, text)
    except ChannelUnavailable as error:
        log.warning("%s is told of it later: %s", speaker.name, error)
        return False
    return True
