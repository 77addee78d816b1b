#!/usr/bin/env bash
# Expected: `GitIgnoreSpec` of pathspec, made to behave as git does, keeps out what git keeps out.
#   gitignore(5) says that no file can be taken back whose folder is kept out.
# Version: pathspec 1.1.1; git 2.39.
# Seen: with the lines `*` and `!*.md`, git ignores docs/page.md, as its folder is ignored by the
#   first line. pathspec takes it back; so it does with `docs/` in place of the star.
# Matters: patterns that were tried with git choose other files here: a list that keeps everything
#   out but the Markdown of the top folder lets in that of every folder. Try such a list with the
#   library that reads it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'pathspec==1.1.1'
git init -q "$work/pages"
mkdir "$work/pages/docs"
touch "$work/pages/top.md" "$work/pages/docs/page.md"

"$work/venv/bin/python" - "$work/pages" <<'PY'
import subprocess
import sys
from pathlib import Path

from pathspec import GitIgnoreSpec

pages = ["top.md", "docs/page.md"]


def kept_out(*lines):
    Path(sys.argv[1], ".git", "info", "exclude").write_text("\n".join(lines) + "\n")
    told = subprocess.run(["git", "-C", sys.argv[1], "check-ignore", "--no-index", *pages],
                          capture_output=True, text=True).stdout.split()
    spec = GitIgnoreSpec.from_lines(lines)
    both = told, [page for page in pages if spec.match_file(page)]
    print(lines, "git:", both[0], "pathspec:", both[1])
    return both


assert kept_out("*", "!*.md") == (["docs/page.md"], [])
assert kept_out("docs/", "!*.md") == (["docs/page.md"], [])
PY
echo "as described: a folder that is kept out gives its files back"
