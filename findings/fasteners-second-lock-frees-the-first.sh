#!/usr/bin/env bash
# Expected: while one InterProcessLock on a path is held, a second object on the same path gets
#   nothing, and whatever happens to that second object leaves the first lock alone.
# Version: fasteners 0.20 on Linux.
# Seen: inside one process the second object gets the lock as well. When it is released, the
#   first still says `acquired`, but another process now takes the lock: the kernel's record lock
#   belongs to the process and goes when any of its descriptors for the file is closed.
# Matters: a helper that takes the same lock for a moment (a status command, a nested start, a
#   second thread) opens the door for a second runner while the first believes itself alone.
#   Keep one lock object a path in a process, and a thread lock around it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'fasteners==0.20'

cat >"$work/locks.py" <<'PY'
import subprocess
import sys

import fasteners

path = sys.argv[1]
TRY = "import fasteners, sys; print(fasteners.InterProcessLock(sys.argv[1]).acquire(blocking=False))"


def another_process_gets_it() -> bool:
    tried = subprocess.run([sys.executable, "-c", TRY, path], capture_output=True, check=True)
    return tried.stdout.strip() == b"True"


first, second = fasteners.InterProcessLock(path), fasteners.InterProcessLock(path)
assert first.acquire(blocking=False)
if another_process_gets_it():
    sys.exit("Changed: the lock does not keep other processes out at all.")
if not second.acquire(blocking=False):
    sys.exit("Changed: a second lock object in the same process is now refused.")
second.release()
taken = another_process_gets_it()
print("first says acquired:", first.acquired, "- another process gets it:", taken)
if not (first.acquired and taken):
    sys.exit("Changed: releasing the second object no longer frees the first one's lock.")
PY
"$work/venv/bin/python" "$work/locks.py" "$work/runner.lock"
echo 'As found: the release of one object frees the lock that another one holds.'
