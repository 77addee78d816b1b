"""A flow that says when it began, and waits. `python -m bench.small_flow` serves it."""

import time
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

FLOW_NAME = "bench-small"
SERVED = "served"
ENTRYPOINT = "bench/small_flow.py:small_flow"


@flow(name=FLOW_NAME)
def small_flow(began: str, wait_s: float) -> None:
    """Write down when it began, then wait as a run waits for its CI."""
    now = datetime.now(UTC)
    Path(began).write_text(now.isoformat(), encoding="utf-8")
    time.sleep(wait_s)


if __name__ == "__main__":
    small_flow.serve(name=SERVED, print_starting_message=False)
