#!/usr/bin/env bash
# Expected: a pattern with a class such as `[[:digit:]]`, which gitignore(5) takes by fnmatch(3),
#   means the same to `GitIgnoreSpec` of pathspec, or is refused as one that it cannot read.
# Version: pathspec 1.1.1; git 2.39; Python 3.11 to 3.13.
# Seen: it matches other names without a word of its own: `v[[:digit:]].md` is the letters of
#   "[:digt" and then "]", so it matches "vd].md" and not "v1.md". Python's `re` prints a
#   FutureWarning of a "possible nested set".
# Matters: what a repository keeps out by such a line is taken in, and nothing fails. Write ranges
#   (`[0-9]`), which both read alike.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'pathspec==1.1.1'
git init -q "$work/pages"
printf 'v[[:digit:]].md\n' >"$work/pages/.git/info/exclude"

"$work/venv/bin/python" - "$work/pages" <<'PY'
import subprocess
import sys
import warnings

from pathspec import GitIgnoreSpec

names = ["v1.md", "vd].md"]
told = subprocess.run(["git", "-C", sys.argv[1], "check-ignore", "--no-index", *names],
                      capture_output=True, text=True).stdout.split()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    spec = GitIgnoreSpec.from_lines(["v[[:digit:]].md"])
ours = [name for name in names if spec.match_file(name)]
print("git:", told, "pathspec:", ours, "warned:", [str(each.message) for each in warned])

assert (told, ours) == (["v1.md"], ["vd].md"])
assert GitIgnoreSpec.from_lines(["v[0-9].md"]).match_file("v1.md")
PY
echo "as described: a class of characters is read as the letters of its name"
