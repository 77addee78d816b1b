"""Timestamps of Prefect's server reach PostgreSQL as they are."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.types import DateTime
from pydantic import TypeAdapter
from sqlalchemy import TIMESTAMP, bindparam, event, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from shiploop.stack.embedded_servers import embedded_postgres
from shiploop.stack.prefect_server import (
    microseconds_since_epoch,
    timestamp_of,
    write_timestamps_fast,
)

offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=offsets))  # noqa: DTZ001
def test_a_timestamp_is_read_as_it_was_written(moment: datetime) -> None:
    theirs = TypeAdapter(DateTime).validate_python(moment)
    kept = microseconds_since_epoch(theirs)
    assert kept == microseconds_since_epoch(moment)
    assert timestamp_of(kept) == moment


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 29, 21, 0, 0, 123456, UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2, minutes=30))),
    ],
)
def test_postgresql_has_the_same_moment(tmp_path: Path, moment: datetime) -> None:
    async def written(url: str) -> tuple[datetime, str]:
        engine = create_async_engine(url)
        event.listen(engine.sync_engine, "connect", write_timestamps_fast)
        asked = bindparam("moment", TypeAdapter(DateTime).validate_python(moment), TIMESTAMP(True))
        async with engine.connect() as connection:
            await connection.execute(text("SET TIME ZONE 'UTC'"))
            read = (await connection.execute(select(asked))).scalar_one()
            seen = text("SELECT to_char(CAST(:moment AS timestamptz), 'YYYY-MM-DD HH24:MI:SS.US')")
            words = (await connection.execute(seen.bindparams(asked))).scalar_one()
        await engine.dispose()
        return read, words

    tmp_path.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
    with embedded_postgres(tmp_path) as server:
        read, words = asyncio.run(written(server.url))
    assert read == moment
    assert words == f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
