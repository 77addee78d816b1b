"""Minutes and days counted from the epoch: the numbers are kept by them."""

from datetime import UTC, date, datetime, timedelta

MINUTES_A_DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_minute(at: datetime) -> int:
    """The number of the minute that holds this moment."""
    return int(at.timestamp() // 60)


def day_of(number: int) -> date:
    """The UTC day of that number."""
    return _EPOCH.date() + timedelta(days=number)


def days_between(begin: int, end: int) -> range:
    """The days, by number, that the minutes from `begin` to before `end` are in."""
    return range(begin // MINUTES_A_DAY, (end - 1) // MINUTES_A_DAY + 1 if end > begin else 0)
