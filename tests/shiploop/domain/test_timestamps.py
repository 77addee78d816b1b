"""Times as we write and read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.timestamps import from_iso, iso_ms

AWARE = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)


def test_a_time_is_written_in_utc_with_milliseconds() -> None:
    taipei = timezone(timedelta(hours=8))
    moment = datetime(2025, 10, 9, 0, 0, 0, 123_999, tzinfo=taipei)
    assert iso_ms(moment) == "2025-10-08T16:00:00.123Z"


@given(AWARE)
def test_what_was_written_is_read_back_to_the_millisecond(moment: datetime) -> None:
    read = from_iso(iso_ms(moment))
    assert read.tzinfo is not None
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)
    assert iso_ms(read) == iso_ms(moment)


def test_what_github_writes_is_read() -> None:
    assert from_iso("2026-11-22T12:00:00Z") == datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_iso(text)
