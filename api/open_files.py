"""Says when the process may open no more files, since then it takes no connection either.

uvloop 0.23 leaves whoever knocks waiting, without a word; asyncio's own loop would log it.
"""

import asyncio
import errno
import logging
import os

_LOOK_S = 2.0
_NONE_LEFT = (errno.EMFILE, errno.ENFILE)

log = logging.getLogger(__name__)


async def watch_open_files() -> None:
    """Look now and then until cancelled."""
    while True:
        look_at_open_files()
        await asyncio.sleep(_LOOK_S)


def look_at_open_files() -> None:
    """Log it as an error if there is no room for one more."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        if error.errno not in _NONE_LEFT:
            raise
        log.error("nobody who connects anew is served: %s", error.strerror)
