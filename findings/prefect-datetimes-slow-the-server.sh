#!/usr/bin/env bash
# Expected: a newer minor version of Prefect costs its server no more for the same runs; its notes
#   tell of less CPU for events. Its own timestamps are datetimes, and subtracting two of them is
#   what C does in a fraction of a microsecond.
# Version: prefect 3.9.1 on Python 3.11 and 3.12 (on 3.13 it has none of this), pendulum 3.
# Seen: a timestamp of an event is Prefect's own subclass of pendulum's `DateTime`, and each
#   subtraction goes through a wrapper that asks for the frame of its caller, because some of the
#   class is to go one day. It takes some 600 times as long as the same of the standard library
#   (30 µs here), and about twice as long as with 3.8.8. asyncpg subtracts once for each timestamp
#   that it writes: with a profiler, 8 % of the server's time was this one operator while it shipped
#   40 runs, and those runs cost 0.32 s of the server's CPU each, with 3.8.8 0.28 s.
# Matters: a server that keeps events in PostgreSQL needs an eighth more CPU for each run than
#   before the upgrade, and nothing tells why. Python 3.13 is the way out, or fewer events.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'prefect==3.9.1'
export PREFECT_HOME=$work/prefect DO_NOT_TRACK=1

"$work/venv/bin/python" - <<'PY'
import sys
from datetime import datetime, timezone
from timeit import repeat

from prefect.types import DateTime
from pydantic import TypeAdapter

assert sys.version_info < (3, 13), "run it with Python 3.11 or 3.12"
text = "2026-11-29T21:00:00.123456Z"
theirs = TypeAdapter(DateTime).validate_python(text)
plain = datetime.fromisoformat(text)
epoch = datetime(2000, 1, 1, tzinfo=timezone.utc)  # what asyncpg subtracts


def microseconds(stamp):
    return min(repeat(lambda: stamp - epoch, number=5000, repeat=5)) / 5000 * 1e6


times = microseconds(theirs) / microseconds(plain)
print(f"{type(theirs).__mro__[0].__module__}: {microseconds(theirs):.1f} µs, {times:.0f} times")
if times < 100:
    sys.exit("Changed: subtracting two timestamps of Prefect is no longer slow.")
PY
