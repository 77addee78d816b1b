"""The table of docs/ci-in-the-sandbox.md is the one that the code goes by."""

import re
from pathlib import Path

from sandbox.ci.constructs import EVENTS, MODELLED, OTHER_EVENTS, REFUSED

DOCUMENT = (Path(__file__).parents[3] / "docs/ci-in-the-sandbox.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(?P<name>[^`]+)` \| (?P<here>[^|]+) \|.*\| \[\w+\]\((?P<source>[^)]+)\) \|$", re.M
)


def rows(here: str) -> list[str]:
    return sorted(row["name"] for row in ROW.finditer(DOCUMENT) if row["here"] == here)


def test_the_document_lists_what_is_modelled_and_what_is_refused() -> None:
    assert rows("modelled") == sorted([*MODELLED, *EVENTS])
    assert rows("refused") == sorted(REFUSED)
    assert rows("starts nothing") == sorted(OTHER_EVENTS)


def test_every_row_names_githubs_source() -> None:
    sources = [row["source"] for row in ROW.finditer(DOCUMENT)]
    assert len(sources) == len(MODELLED) + len(REFUSED) + len(EVENTS) + len(OTHER_EVENTS)
    assert all(source.startswith("https://docs.github.com/en/actions/") for source in sources)
