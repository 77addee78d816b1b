"""Serves Prefect's own server behind our guard: `python -m shiploop.stack.prefect_server PORT`.

`prefect server start` asks for a password once one is set, and looks at neither `Host` nor
`Origin`.
"""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.server.api.server import create_app
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.engine import Engine

from shiploop.settings import Settings
from webguard.guard import Guard
from webguard.serving import serve

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_MICROSECOND = timedelta(microseconds=1)


def main() -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    if sys.version_info < (3, 13):  # from then on Prefect's timestamps are plain
        event.listen(Engine, "connect", write_timestamps_fast)
    app = Guard(create_app(final=True), Settings().allowed_hosts)
    serve(app, host="127.0.0.1", port=int(sys.argv[1]))


def write_timestamps_fast(connection: object, _record: object) -> None:
    """Have asyncpg turn timestamps into what PostgreSQL keeps by our own functions.

    Its own subtracts the epoch from each: with Prefect 3.9.1 on Python 3.11 and 3.12 that took a
    ninth of the server's time (`findings/prefect-datetimes-slow-the-server.sh`).
    """
    if not isinstance(connection, AsyncAdapt_asyncpg_connection):
        return

    async def set_codec(driver: Any) -> None:  # noqa: ANN401
        await driver.set_type_codec(
            "timestamptz",
            schema="pg_catalog",
            encoder=microseconds_since_epoch,
            decoder=timestamp_of,
            format="tuple",
        )

    connection.run_async(set_codec)


def microseconds_since_epoch(timestamp: datetime) -> tuple[int]:
    """What PostgreSQL keeps of an aware timestamp, as asyncpg's format "tuple" has it."""
    return (datetime.__sub__(timestamp, _EPOCH) // _MICROSECOND,)


def timestamp_of(kept: tuple[int]) -> datetime:
    """The timestamp that PostgreSQL keeps so, in UTC."""
    return _EPOCH + kept[0] * _MICROSECOND


if __name__ == "__main__":
    main()
