#!/usr/bin/env bash
# Expected: handlers that a router has for one event run in the order in which they were
#   registered, or at once; and each gets the event whatever happens to the others.
# Version: gidgethub 6.0.0.
# Seen: they run one after another in the order of a set of functions, which follows their
#   addresses in memory: of twelve handlers the first one registered was not the first to run, and
#   the order can be another one after an edit that has nothing to do with them. A handler that
#   raises ends the dispatch: handlers registered before it never get the event.
# Matters: "record the merge, then tell about it" works until it does not, and which handlers an
#   error swallows is chance. As GitHub does not deliver again by itself, what was skipped stays
#   undone. Register one handler an event, and call the others from it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'gidgethub==6.0.0'

cat >"$work/dispatch.py" <<'PY'
import asyncio
import sys

from gidgethub import routing, sansio

STEPS = range(12)
EVENT = sansio.Event({"action": "closed"}, event="pull_request", delivery_id="1")


def ran(failing: int | None) -> list[int]:
    """The handlers that got the event, in the order in which they ran."""
    router, seen = routing.Router(), []
    for step in STEPS:

        async def handler(event: sansio.Event, step: int = step) -> None:
            seen.append(step)
            if step == failing:
                raise ConnectionError("the host of this step is away")

        router.add(handler, "pull_request", action="closed")
    try:
        asyncio.run(router.dispatch(EVENT))
    except ConnectionError:
        pass
    return seen


order = ran(failing=None)
print("ran, by order of registration:", order)
if sorted(order) != list(STEPS):
    sys.exit("Changed: not each handler gets an event once when none fails.")
if order == list(STEPS):
    sys.exit("Changed: the handlers now run in the order in which they were registered.")
skipped = {step: set(range(step)) - set(ran(failing=step)) for step in STEPS}
print("registered before the failing one and skipped:", {k: v for k, v in skipped.items() if v})
if not any(skipped.values()):
    sys.exit("Changed: a failing handler no longer keeps those before it from the event.")
PY
"$work/venv/bin/python" "$work/dispatch.py"
echo 'As found: the order is not that of registration, and an error skips earlier handlers.'
