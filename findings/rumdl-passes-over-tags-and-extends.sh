#!/usr/bin/env bash
# Expected: rumdl, which reads markdownlint's configuration files in place of its own, turns off
#   what they turn off, or says which part of them it does not read.
# Version: rumdl 0.3.0; markdownlint-cli2 0.18.1.
# Seen: `"whitespace": false`, a group of rules by its tag, and `"extends": "base.json"`, where that
#   file turns MD013 off, are passed over without a word: rumdl finds MD009 and MD013 in a page that
#   markdownlint finds nothing in. A rule by its number or its name is read.
# Matters: a page that the repository's own linter lets through is refused by the faster one, for a
#   rule that was turned off. Look for `extends` and tags before such a file is given to rumdl.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'rumdl==0.3.0'
npm install --silent --no-audit --no-fund --prefix "$work" 'markdownlint-cli2@0.18.1'
mkdir pages
{
  printf '# Keys\n\nTurn it.   \n\n'
  printf 'turn the key %.0s' 1 2 3 4 5 6 7 8 9
  printf 'again\n'
} >pages/keys.md
cd pages

theirs() { ../node_modules/.bin/markdownlint-cli2 keys.md 2>&1 | grep -oE 'MD[0-9]{3}' | sort -u | xargs || true; }
faster() { ../venv/bin/rumdl check --no-cache keys.md 2>&1 | grep -oE 'MD[0-9]{3}' | sort -u | xargs || true; }
seen() { # the configuration, what markdownlint finds, what rumdl finds
  printf '%s' "$1" >.markdownlint.json
  echo "$1 markdownlint: '$(theirs)' rumdl: '$(faster)'"
  [ "$(theirs)" = "$2" ] && [ "$(faster)" = "$3" ]
}

echo '{"MD013": false}' >base.json
seen '{"whitespace": false, "MD013": false}' '' 'MD009'
seen '{"extends": "base.json", "MD009": false}' '' 'MD013'
seen '{"no-trailing-spaces": false, "MD013": false}' '' ''
echo "as described: what is turned off by a tag or in another file stays on"
