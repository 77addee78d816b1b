#!/usr/bin/env bash
# Expected: the cache policy INPUTS gives equal inputs one key, in each process, so that a flow
#   run that goes on elsewhere finds the results of its steps; and unequal inputs two keys.
# Version: prefect 3.8.8 (only its client side is used; no server).
# Seen: a set of strings gets another key in a process with another hash seed, and Python draws a
#   new seed for each process; a sorted list keeps its key. The other way round `{1: "x"}` and
#   `{"1": "x"}`, and `(1, 2)` and `[1, 2]`, share one key, as the inputs are hashed as JSON.
# Matters: a step with a set among its inputs (labels, changed paths) runs again after a restart
#   although its result is stored: a second branch, a second pull request. No error, no warning.
#   Pass sorted tuples, and a key of your own where the type of a value means something.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  'prefect==3.8.8' 'fastapi<0.151' 'sqlalchemy<2.1'
export PREFECT_HOME=$work/prefect DO_NOT_TRACK=1

cat >"$work/key.py" <<'PY'
import ast
import sys

from prefect.cache_policies import INPUTS

labels = ast.literal_eval(sys.argv[1])
print(INPUTS.compute_key(task_ctx=None, inputs={"labels": labels}, flow_parameters={}))
PY
key() { # SEED INPUT
  PYTHONHASHSEED=$1 "$work/venv/bin/python" "$work/key.py" "$2"
}

list_here=$(key 1 "['bot', 'docs', 'faq', 'urgent']")
list_there=$(key 2 "['bot', 'docs', 'faq', 'urgent']")
set_here=$(key 1 "{'bot', 'docs', 'faq', 'urgent'}")
set_there=$(key 2 "{'bot', 'docs', 'faq', 'urgent'}")
echo "list: $list_here $list_there"
echo "set:  $set_here $set_there"
[ -n "$list_here" ] && [ "$list_here" = "$list_there" ] || {
  echo 'Changed: not even a list has one cache key in two processes.' >&2
  exit 1
}
[ "$set_here" != "$set_there" ] || {
  echo 'Changed: a set now has one cache key in two processes.' >&2
  exit 1
}
[ "$(key 1 "{1: 'x'}")" = "$(key 1 "{'1': 'x'}")" ] || {
  echo 'Changed: a number and its text as keys of a mapping no longer share a cache key.' >&2
  exit 1
}
[ "$(key 1 '(1, 2)')" = "$(key 1 '[1, 2]')" ] || {
  echo 'Changed: a tuple and a list no longer share a cache key.' >&2
  exit 1
}
echo 'As found: equal sets have two keys, unequal mappings one.'
