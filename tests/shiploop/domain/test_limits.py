"""Every limit is told to people, with its value."""

import re
from pathlib import Path

from shiploop.domain import limits

PAGE = Path(__file__).resolve().parents[3] / "docs" / "limits.md"
UNITS = {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024}


def told() -> dict[str, int]:
    rows = re.findall(r"`(MAX_\w+)`[ |(]+([0-9,]+)(?: ([KMG]iB))?", PAGE.read_text("utf-8"))
    return {name: int(value.replace(",", "")) * UNITS.get(unit, 1) for name, value, unit in rows}


def test_the_page_of_limits_names_each_with_its_value() -> None:
    assert told() == {name: value for name, value in vars(limits).items() if name[:4] == "MAX_"}
