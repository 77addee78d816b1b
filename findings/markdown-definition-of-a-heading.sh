#!/usr/bin/env bash
# Expected: a definition needs a term, a line of text right above its colon, as PHP Markdown Extra
#   says, which this extension's documentation names as its source. Below a heading and a blank line
#   there is none, so that the colon is text and what is indented by four blanks is code.
# Version: Markdown 3.10 (Python-Markdown) with `def_list`; markdown-it-py 4.3.0 with the deflist
#   plugin of mdit-py-plugins 0.7.0; mistune 3.4.0 with `def_list`.
# Seen: Python-Markdown makes a `<dl>` that has a `<dd>` and no `<dt>` of it, and takes the colon
#   and the four blanks off. The other two show the colon, and the further paragraphs as code.
# Matters: references of settings use it on purpose ("#### `NAME`", then ": What it does."), and
#   whoever reads such pages with another parser (search, quotation, a linter) takes prose for code.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  'Markdown==3.10' 'markdown-it-py==4.3.0' 'mdit-py-plugins==0.7.0' 'mistune==3.4.0'

cat >"$work/definitions.py" <<'PY'
import sys

import markdown
import mistune
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

PAGE = "#### Tide\n\n: When the water is high.\n\n    Noon by default.\n"
html = {
    "Python-Markdown": markdown.markdown(PAGE, extensions=["def_list"]),
    "markdown-it-py": MarkdownIt().use(deflist_plugin).render(PAGE),
    "mistune": mistune.create_markdown(plugins=["def_list"])(PAGE),
}
for name, text in html.items():
    print(f"{name}: {' '.join(text.split())}")
ours = html.pop("Python-Markdown")
if "<dd>" not in ours or "<dt>" in ours or "<p>Noon by default.</p>" not in ours:
    sys.exit("Changed: Python-Markdown no longer makes a definition without a term.")
for name, text in html.items():
    if "<dd>" in text or "<p>: When" not in text or "<pre><code>Noon" not in text:
        sys.exit(f"Changed: {name} no longer takes it for a paragraph and code.")
PY
"$work/venv/bin/python" "$work/definitions.py"
echo 'As found: only Python-Markdown lets a heading be the term of a definition.'
