#!/usr/bin/env bash
# Expected: two linters that name a rule alike (MD011, reversed link syntax) fix the same text in
#   the same way, and leave prose alone that is no link.
# Version: rumdl 0.3.0 (PyPI), markdownlint-cli2 0.22.1 with markdownlint 0.40.0 (npm).
# Seen: `read(page)[first]`, a call and an index, is taken for a link with its brackets reversed.
#   markdownlint makes `read[page](first)` of it, rumdl `read[first](page)`: each a link, to
#   different targets. Also, "2 * 3 * 4" stays as it is with rumdl, while markdownlint --fix
#   writes "2 *3* 4", which sets the 3 in italics and takes the signs away.
# Matters: who lints with one tool in the sandbox and with the other in CI gets two files that
#   never agree, and an answer with a line of code outside of backticks turns into a broken link.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'rumdl==0.3.0'
npm install --silent --no-audit --no-fund --prefix "$work/npm" \
  'markdownlint-cli2@0.22.1' 'markdownlint@0.40.0' >/dev/null

cd "$work"
fixed() { # TEXT: sets `by_rumdl` and `by_markdownlint`
  printf '# Reading pages\n\n%s\n' "$1" >rumdl.md
  cp rumdl.md markdownlint.md
  "$work/venv/bin/rumdl" fmt --no-cache rumdl.md >/dev/null || true
  npm/node_modules/.bin/markdownlint-cli2 --fix markdownlint.md >/dev/null 2>&1 || true
  by_rumdl=$(tail -n 1 rumdl.md)
  by_markdownlint=$(tail -n 1 markdownlint.md)
  printf '%s\n  rumdl:        %s\n  markdownlint: %s\n' "$1" "$by_rumdl" "$by_markdownlint"
}

fixed 'Take read(page)[first] of it.'
[ "$by_rumdl" = 'Take read[first](page) of it.' ] || {
  echo 'Changed: rumdl treats a call with an index in another way.' >&2
  exit 1
}
[ "$by_markdownlint" = 'Take read[page](first) of it.' ] || {
  echo 'Changed: markdownlint treats a call with an index in another way.' >&2
  exit 1
}
fixed 'That makes 2 * 3 * 4 pages.'
[ "$by_rumdl" = 'That makes 2 * 3 * 4 pages.' ] || {
  echo 'Changed: rumdl now fixes a multiplication.' >&2
  exit 1
}
[ "$by_markdownlint" = 'That makes 2 *3* 4 pages.' ] || {
  echo 'Changed: markdownlint no longer makes italics of a multiplication.' >&2
  exit 1
}
echo 'As found: the two linters fix one sentence to two different links.'
