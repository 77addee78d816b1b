#!/usr/bin/env bash
# Expected: a cache that holds what each file imports notices when a file's content or size
#   changes; at worst it reads one file too many.
# Version: import-linter 2.17 with grimp 3.20; the cache is on by default.
# Seen: a file counts as unchanged while its modification time is, whatever its size and content.
#   After the forbidden import is written into it and the time is put back, `lint-imports` says
#   KEPT with exit code 0; with `--no-cache` it says BROKEN.
# Matters: builds that give all files one time (SOURCE_DATE_EPOCH, `tar --mtime`, the time of the
#   last commit) and keep `.import_linter_cache` between runs let a broken change through with a
#   green check. In CI, run it with `--no-cache`.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'import-linter==2.17' 'grimp==3.20'

cd "$work"
mkdir -p delivery/flows delivery/domain
touch delivery/__init__.py delivery/flows/__init__.py delivery/domain/__init__.py
cat >.importlinter <<'INI'
[importlinter]
root_package = delivery

[importlinter:contract:layers]
name = flows stand above the domain
type = layers
layers =
    delivery.flows
    delivery.domain
INI

lint() { # ARGUMENTS…: prints the verdict and sets `code`
  code=0
  "$work/venv/bin/lint-imports" --no-logo "$@" >verdict.txt || code=$?
  grep -E 'KEPT|BROKEN' verdict.txt
}

release='2026-11-01 12:00:00'
echo 'LIMIT = 3' >delivery/domain/merge.py
touch -d "$release" delivery/domain/merge.py
lint
[ "$code" = 0 ]

printf 'from delivery import flows\n\nLIMIT = 3\n' >delivery/domain/merge.py
touch -d "$release" delivery/domain/merge.py
lint
[ "$code" = 0 ] || {
  echo 'Changed: the cache now notices a new content under an old modification time.' >&2
  exit 1
}
lint --no-cache
[ "$code" = 1 ] || {
  echo 'Changed: without the cache the forbidden import is no longer found.' >&2
  exit 1
}
echo 'As found: with the cache the contract is kept, without it broken.'
