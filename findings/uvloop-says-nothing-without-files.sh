#!/usr/bin/env bash
# Expected: a server on uvloop, a drop-in for asyncio's loop, reports as that one does that it
#   cannot take a connection because the process may open no more files.
# Version: uvloop 0.23.0, CPython 3.11, Linux.
# Seen: asyncio's loop hands "socket.accept() out of system resource" to the exception handler, each
#   second anew. uvloop calls no handler and logs nothing: whoever connects waits until it gives up,
#   and the server looks idle. Output: "asyncio: told 'socket.accept() out of system resource'",
#   "uvloop: told nothing".
# Matters: a service that has run out of files is found by nobody in its log. Let it look itself
#   whether it may open one more.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'uvloop==0.23.0'
cat >knock.py <<'PYTHON'
import asyncio
import os
import resource
import socket
import sys
import threading

import uvloop


async def serve():
    loop, over, told = asyncio.get_running_loop(), asyncio.Event(), []
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    knocking = socket.socket()  # has its file already
    knocking.settimeout(3)

    def knock():
        knocking.connect(address)
        try:
            knocking.recv(1)
        except TimeoutError:
            pass
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=knock).start()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    await over.wait()
    os.write(1, f"{sys.argv[1]}: told {told[0]!r}\n".encode() if told else f"{sys.argv[1]}: told nothing\n".encode())
    os._exit(0)  # without files no loop can be closed in order


{"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[1]](serve())
PYTHON
seen=$(venv/bin/python knock.py asyncio; venv/bin/python knock.py uvloop)
echo "$seen"
[ "$seen" = "asyncio: told 'socket.accept() out of system resource'
uvloop: told nothing" ]
