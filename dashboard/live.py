"""What all pages do: read the numbers, draw them, and do so again every two seconds."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

import streamlit as st
from redis.exceptions import RedisError

from shiploop.bootstrap import Services, services

REFRESH_S: Final = 2

_T = TypeVar("_T")


def live(read: Callable[[Services, datetime], _T], draw: Callable[[_T], None]) -> None:
    """Draw what is read, now and every two seconds; say so while Redis is away."""

    @st.fragment(run_every=REFRESH_S)
    def refreshed() -> None:
        # All is read before anything is drawn: no page is half of now and half of before.
        try:
            with st.spinner("Reading the numbers…"):
                numbers = read(services(), datetime.now(UTC))
        except RedisError:
            st.warning(redis_away(services().settings.redis_url or ""))
            return
        draw(numbers)

    refreshed()


def redis_away(url: str) -> str:
    """The sentence that stands where the numbers would."""
    parts = urlsplit(url)  # without the password that it may have
    place = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return f"Redis does not answer at {place}: the numbers come back by themselves."
