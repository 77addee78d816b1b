#!/usr/bin/env bash
# Expected: a hit that is refused costs nothing, so that a smaller one that still fits passes; and
#   the strategies differ in how they count time, not in what they count.
# Version: limits 5.8.0 with its storage in memory.
# Seen: 10 a minute, and a request of cost 20. All strategies refuse it. Afterwards the moving
#   window and the sliding window still have 10 left; the fixed window has none, and refuses each
#   request of cost 1 for the rest of the minute. It adds first and compares afterwards.
# Matters: where cost stands for size (tokens, points of an API, files), one request that could
#   never have passed locks everybody out who shares the limit. Ask `test(…, cost=…)` before
#   `hit`, or refuse what is larger than the limit oneself.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'limits==5.8.0'

cat >"$work/windows.py" <<'PY'
import sys

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    SlidingWindowCounterRateLimiter,
)

seen = {}
for strategy in (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    SlidingWindowCounterRateLimiter,
):
    limiter, limit = strategy(MemoryStorage()), parse("10/minute")
    large = limiter.hit(limit, "acme", cost=20)
    left = limiter.get_window_stats(limit, "acme").remaining
    small = limiter.hit(limit, "acme", cost=1)
    seen[strategy.__name__] = (large, left, small)
    print(f"{strategy.__name__}: cost 20 passed {large}, left {left}, then cost 1 passed {small}")
if seen["FixedWindowRateLimiter"] != (False, 0, False):
    sys.exit("Changed: a refused hit no longer uses up the fixed window.")
for name in ("MovingWindowRateLimiter", "SlidingWindowCounterRateLimiter"):
    if seen[name] != (False, 10, True):
        sys.exit(f"Changed: with {name} a refused hit now costs something.")
PY
"$work/venv/bin/python" "$work/windows.py"
echo 'As found: only the fixed window lets a refused hit use it up.'
