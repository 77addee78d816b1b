#!/usr/bin/env bash
# Expected: `Redis.from_url` takes the options that `Redis()` takes, for each of the URLs that it
#   documents: `redis://`, `rediss://`, `unix://`. An option that means nothing for a socket of this
#   machine is passed over for all of them, or refused for all of them.
# Version: redis 8.1.0 (and its asyncio twin).
# Seen: `Redis(unix_socket_path=…, socket_keepalive=True)` passes over the option. `from_url(
#   "unix://…", socket_keepalive=True)` takes it without a word and fails with the first command:
#   "AbstractConnection.__init__() got an unexpected keyword argument 'socket_keepalive'". No server is
#   needed to see it: the connection is not even tried.
# Matters: an application whose options suit every `redis://` address fails on the first command, and
#   not where it is configured, on the day somebody sets REDIS_URL to a socket.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'redis==8.1.0'

"$work/venv/bin/python" - "$work/no-server.sock" <<'PY'
import asyncio
import sys

import redis
import redis.asyncio

path = sys.argv[1]
keepalive = {"socket_keepalive": True}


def told(error):
    return type(error).__name__


def by(client):
    try:
        return client.ping()
    except Exception as error:
        return told(error)


async def by_async(client):
    try:
        return await client.ping()
    except Exception as error:
        return told(error)


seen = {
    "constructor": by(redis.Redis(unix_socket_path=path, **keepalive)),
    "from_url": by(redis.Redis.from_url(f"unix://{path}", **keepalive)),
    "from_url, asyncio": asyncio.run(
        by_async(redis.asyncio.Redis.from_url(f"unix://{path}", **keepalive))
    ),
}
print(seen)
# A ConnectionError is right: nobody listens there.
if seen != {
    "constructor": "ConnectionError",
    "from_url": "TypeError",
    "from_url, asyncio": "TypeError",
}:
    sys.exit("Changed: the option is treated alike, or otherwise.")
PY
