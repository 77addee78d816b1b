#!/usr/bin/env bash
# Expected: the automatic fix of a Markdown linter changes how a file is written, never what its
#   reader sees.
# Version: rumdl 0.3.0 (PyPI), markdownlint-cli2 0.22.1 with markdownlint 0.40.0 (npm); judged by
#   markdown-it-py 4.3.0 in its CommonMark mode.
# Seen: `# C#` is a heading that reads "C#": a closing run of `#` counts only after a space. Both
#   take the `#` for a badly spaced closing run and "fix" it to `# C #`, which reads "C". Both
#   then find nothing left to say about the file.
# Matters: a question about C# or F# becomes one about C or F, its anchor changes (`#c-1` if there
#   is one about C already), and the check after the fix is green. Fix what was generated only if
#   the rendered text stays the same.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'rumdl==0.3.0' 'markdown-it-py==4.3.0'
npm install --silent --no-audit --no-fund --prefix "$work/npm" \
  'markdownlint-cli2@0.22.1' 'markdownlint@0.40.0' >/dev/null

cd "$work"
cat >read.py <<'PY'
import sys

from markdown_it import MarkdownIt

tokens = MarkdownIt("commonmark").parse(open(sys.argv[1]).read())
print(next(token.content for token in tokens if token.type == "inline"))
PY
heading() { "$work/venv/bin/python" read.py "$1"; }

printf '# C#\n\nThe client for it is in the folder of examples.\n' >before.md
cp before.md rumdl.md
cp before.md markdownlint.md
"$work/venv/bin/rumdl" fmt --no-cache rumdl.md >/dev/null
npm/node_modules/.bin/markdownlint-cli2 --fix markdownlint.md >/dev/null 2>&1 || true

echo "before: $(heading before.md), rumdl: $(heading rumdl.md), markdownlint: $(heading markdownlint.md)"
[ "$(heading before.md)" = 'C#' ] || {
  echo 'Changed: the heading does not read C# to begin with.' >&2
  exit 1
}
for tool in rumdl markdownlint; do
  [ "$(heading $tool.md)" = C ] || {
    echo "Changed: the fix of $tool no longer makes C out of C#." >&2
    exit 1
  }
done
"$work/venv/bin/rumdl" check --no-cache rumdl.md >/dev/null || {
  echo 'Changed: rumdl is no longer content with what its own fix wrote.' >&2
  exit 1
}
npm/node_modules/.bin/markdownlint-cli2 markdownlint.md >/dev/null 2>&1 || {
  echo 'Changed: markdownlint is no longer content with what its own fix wrote.' >&2
  exit 1
}
echo 'As found: both fix C# to C and are content.'
