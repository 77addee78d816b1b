"""The smallest flow there is, to time how it is started. `python -m bench.empty_flow` serves it."""

from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

FLOW_NAME = "bench-empty"
SERVED = "served"
ENTRYPOINT = "bench/empty_flow.py:empty_flow"


@flow(name=FLOW_NAME)
def empty_flow(began: str) -> None:
    """Write down when it began."""
    now = datetime.now(UTC)
    Path(began).write_text(now.isoformat(), encoding="utf-8")


if __name__ == "__main__":
    empty_flow.serve(name=SERVED, print_starting_message=False)
