"""Tells people when no runner is left, and when one is back: the dead can't."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from fastapi.concurrency import run_in_threadpool
from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.errors import SlackRefused, SlackUnavailable
from shiploop.stores import keys
from shiploop.stores.heartbeats import ALIVE_FOR_S

_LOOK_S = 5.0
_ALIVE_FOR = timedelta(seconds=ALIVE_FOR_S)
_START_GRACE = timedelta(seconds=60)  # the whole stack may be starting, the runner last of all
_TELLING_S = 30  # longer than Slack is waited for

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
        self._slack = services.slack
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
            self._redis.set(keys.RUNNERS_STATE, _ALIVE, nx=True)  # the first one is no news
            self._tell_once(_ALIVE)
        elif now >= self._silent_from:
            self._tell_once(_SILENT)

    def _tell_once(self, state: str) -> None:
        if not self._is_news(state):
            return
        if not self._redis.set(keys.RUNNERS_TELLING, "1", nx=True, ex=_TELLING_S):
            return  # another API is telling it
        try:
            # Looked at again: it may just have told it.
            if self._is_news(state) and self._told(_NEWS[state]):
                self._redis.set(keys.RUNNERS_STATE, state)
        finally:
            self._redis.delete(keys.RUNNERS_TELLING)

    def _is_news(self, state: str) -> bool:
        # Where no runner has ever been, nobody misses one.
        return self._redis.get(keys.RUNNERS_STATE) not in (state, None)

    def _told(self, text: str) -> bool:
        log.warning(text)
        if not self._slack.configured:
            return True
        try:
            self._slack.say(text)
        except SlackRefused as error:
            log.error("Slack could not be told of it: %s", error)
        except SlackUnavailable as error:
            log.warning("Slack is told of it later: %s", error)
            return False
        return True
