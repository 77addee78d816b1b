#!/usr/bin/env bash
# Expected: a property test draws new examples in each run, most of all in CI, where it runs often
#   and in the long run meets the rare failure.
# Version: hypothesis 6.170.17 with pytest 9.1.1.
# Seen: where the environment has `CI`, as on GitHub Actions and under act, hypothesis loads a
#   profile of its own: `derandomize` is on and there is no database of failures. Each run draws
#   the very same examples. Without `CI` each run draws others.
# Matters: a hundred green runs of CI on one commit tried a hundred examples, not ten thousand,
#   and a nightly run finds nothing that the first did not. Load a profile of your own in CI for
#   runs that are to search, and keep the fixed one for the gate before a merge.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  'hypothesis==6.170.17' 'pytest==9.1.1'

cd "$work"
cat >test_title.py <<'PY'
import hashlib
import os

from hypothesis import given, strategies as st

drawn = hashlib.sha256()


@given(st.lists(st.integers()))
def test_a_sorted_list_stays_sorted(numbers):
    drawn.update(repr(numbers).encode())
    assert sorted(sorted(numbers)) == sorted(numbers)


def test_tells_what_was_drawn():
    with open(os.environ["DRAWN"], "a") as log:
        log.write(drawn.hexdigest() + "\n")
PY
unset CI "${!GITHUB_@}" "${!HYPOTHESIS_@}"
for run in 1 2 3; do
  CI=true DRAWN=in-ci.txt "$work/venv/bin/pytest" -q -p no:cacheprovider >/dev/null
  env -u CI -u TF_BUILD DRAWN=at-home.txt "$work/venv/bin/pytest" -q -p no:cacheprovider >/dev/null
done
in_ci=$(sort -u in-ci.txt | wc -l)
at_home=$(sort -u at-home.txt | wc -l)
echo "different draws in three runs: $in_ci with CI, $at_home without"
[ "$in_ci" = 1 ] || {
  echo 'Changed: with CI set each run draws new examples now.' >&2
  exit 1
}
[ "$at_home" = 3 ] || {
  echo 'Changed: without CI the runs no longer draw different examples.' >&2
  exit 1
}
echo 'As found: in CI all runs try the same examples.'
