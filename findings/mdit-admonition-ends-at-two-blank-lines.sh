#!/usr/bin/env bash
# Expected: `!!! note` of mdit-py-plugins, which follows Python-Markdown's admonitions, takes all
#   that is indented below it, as Python-Markdown does, however many empty lines are in between.
# Version: mdit-py-plugins 0.7.0 with markdown-it-py 4.3.0; Python-Markdown 3.10.
# Seen: two empty lines end the box. What follows is indented by four blanks, and so it becomes a
#   code block: the words of the note are shown as code, outside of it. In Python-Markdown they
#   are its second paragraph.
# Matters: pages of MkDocs that are read with the plugin lose what a warning says after a gap, and
#   nothing tells so. Read indented boxes to the first line that is not indented.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  'mdit-py-plugins==0.7.0' 'markdown-it-py==4.3.0' 'markdown==3.10'

"$work/venv/bin/python" - <<'PY'
import markdown
from markdown_it import MarkdownIt
from mdit_py_plugins.admon import admon_plugin

page = "!!! note\n\n    Back up first.\n\n\n    Never skip this.\n"
theirs = markdown.markdown(page, extensions=["admonition"])
plugin = MarkdownIt().use(admon_plugin).render(page)
print(theirs, plugin, sep="\n---\n")

assert "<p>Never skip this.</p>" in theirs and "<pre>" not in theirs
assert "<pre><code>Never skip this." in plugin
box = plugin[: plugin.index("</div>")]
assert "Back up first." in box and "Never skip this." not in box
PY
echo "as described: two empty lines end the box, and its text becomes code"
