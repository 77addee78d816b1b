"""Times as we write them: ISO 8601 in UTC with milliseconds, as the RFC's task hash has them."""

from datetime import UTC, datetime


def iso_ms(moment: datetime) -> str:
    """Format an aware datetime as `2025-10-08T16:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Read what `iso_ms` or GitHub wrote. Raises ValueError."""
    return datetime.fromisoformat(text)
