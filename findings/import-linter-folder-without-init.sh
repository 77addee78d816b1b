#!/usr/bin/env bash
# Expected: an import that breaks a contract is found wherever Python can import it from.
#   A folder without `__init__.py` is a valid package for Python (PEP 420).
# Version: import-linter 2.17 with grimp 3.20.
# Seen: inside the root package such a folder is passed by without a word. The module in it
#   imports against the layers, Python imports it, and the contract is KEPT with exit code 0.
#   With an empty `__init__.py` added, the same import breaks the contract.
# Matters: one forgotten empty file turns the guard of the architecture off for all below it, and
#   generated changes that add a folder forget it easily. A test should compare the modules that
#   the linter saw with the files that are there.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'import-linter==2.17' 'grimp==3.20'

cd "$work"
mkdir -p delivery/flows delivery/domain/rules
touch delivery/__init__.py delivery/flows/__init__.py delivery/domain/__init__.py
echo 'from delivery import flows' >delivery/domain/rules/merge.py
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

"$work/venv/bin/python" -c 'import delivery.domain.rules.merge'
code=0
"$work/venv/bin/lint-imports" --no-cache --no-logo >without.txt || code=$?
grep -E 'Analyzed|KEPT|BROKEN' without.txt
[ "$code" = 0 ] || {
  echo 'Changed: import-linter now sees modules in a folder without __init__.py.' >&2
  exit 1
}

touch delivery/domain/rules/__init__.py
code=0
"$work/venv/bin/lint-imports" --no-cache --no-logo >with.txt || code=$?
grep -E 'Analyzed|KEPT|BROKEN' with.txt
[ "$code" = 1 ] || {
  echo 'Changed: the same import no longer breaks the contract with an __init__.py in place.' >&2
  exit 1
}
echo 'As found: an import against the layers is kept quiet by a missing __init__.py.'
