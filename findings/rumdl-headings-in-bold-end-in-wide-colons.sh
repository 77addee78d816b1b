#!/usr/bin/env bash
# Expected: MD036 of rumdl, "emphasis used instead of a heading", spares by default what markdownlint
#   spares by default: a line in bold that ends with punctuation, of which markdownlint documents
#   `.,;:!?。，；：！？`.
# Version: rumdl 0.3.0; markdownlint-cli2 0.20.0 with markdownlint 0.40.0.
# Seen: a line in bold that ends with a colon is spared by both. One that ends with the colon of
#   Chinese and Japanese, `：`, is spared by markdownlint and found by rumdl, until a configuration
#   names markdownlint's default. With MD026, "trailing punctuation in heading", it is the other way
#   round: what markdownlint finds, rumdl lets through.
# Matters: a text in those languages that passes the repository's own linter is refused by the
#   faster one that reads the same configuration.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'rumdl==0.3.0'
npm install --silent --no-audit --no-fund --prefix "$work" 'markdownlint-cli2@0.20.0'
mkdir pages && cd pages

theirs() { ../node_modules/.bin/markdownlint-cli2 page.md 2>&1 | grep -oE 'MD[0-9]{3}' | sort -u | xargs || true; }
faster() { ../venv/bin/rumdl check --no-cache page.md 2>&1 | grep -oE 'MD[0-9]{3}' | sort -u | xargs || true; }
seen() { # the line, what markdownlint finds, what rumdl finds
  printf '# Harbour\n\n%s\n\nShips wait there.\n' "$1" >page.md
  echo "$1 markdownlint: '$(theirs)' rumdl: '$(faster)'"
  [ "$(theirs)" = "$2" ] && [ "$(faster)" = "$3" ]
}

echo '{"MD041": true}' >.markdownlint.json
seen '**Quays:**' '' ''
seen '**码头：**' '' 'MD036'
seen '**Quays**' 'MD036' 'MD036'
seen '## Quays:' 'MD026' 'MD026'
seen '## 码头：' 'MD026' ''
echo '{"MD036": {"punctuation": ".,;:!?。，；：！？"}}' >.markdownlint.json
seen '**码头：**' '' ''
echo "as described: rumdl's default knows no punctuation of Chinese and Japanese"
