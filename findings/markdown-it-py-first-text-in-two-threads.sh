#!/usr/bin/env bash
# Expected: a MarkdownIt that is made once may be used by several threads, since parsing changes
#   nothing of it.
# Version: markdown-it-py 4.3.0, CPython 3.11.
# Seen: with its first text each of its rulers lists the rules it goes by, and puts the empty list
#   where others find it before filling it. Of two threads that read their first text at the same
#   moment one now and then gets no token at all, or text in which nothing is emphasised; no error
#   is raised. Of a parser that has read something before, none of 5,000 did. Output: "differ in try 39: 1 and 5 tokens", "are the same".
# Matters: a check that looks for links or HTML in the tokens finds none, and lets the text through,
#   in the first moments of a process that begins with several threads. Let each parser read
#   something where it is made.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'markdown-it-py==4.3.0'
cat >read.py <<'PYTHON'
import sys
from threading import Barrier, Thread

from markdown_it import MarkdownIt

sys.setswitchinterval(1e-6)


def kinds_read_by_two(parser):
    barrier, read = Barrier(2), []

    def read_one():
        barrier.wait()
        tokens = parser.parseInline("press *Start* twice")
        read.append([child.type for token in tokens for child in token.children])

    threads = [Thread(target=read_one) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return read


def differ(has_read, most):
    for number in range(1, most + 1):
        parser = MarkdownIt("commonmark")
        if has_read:
            parser.parseInline("anything")
        one, other = kinds_read_by_two(parser)
        if one != other:
            return f"differ in try {number}: {len(one)} and {len(other)} tokens"
    return "are the same"


seen = differ(has_read=False, most=100_000)
print("two threads with the first texts", seen)
assert seen.startswith("differ"), "they never differed"
seen = differ(has_read=True, most=5_000)
print("two threads with later texts", seen)
assert seen == "are the same"
PYTHON
timeout 300 venv/bin/python read.py
