"""Times as GitHub's API writes them."""

from datetime import datetime
from typing import overload


@overload
def timestamp(when: datetime) -> str: ...
@overload
def timestamp(when: None) -> None: ...
def timestamp(when: datetime | None) -> str | None:
    """Return ISO 8601 in UTC with whole seconds.

    Source: https://docs.github.com/en/rest/using-the-rest-api/timezones-and-the-rest-api
    """
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%SZ")
