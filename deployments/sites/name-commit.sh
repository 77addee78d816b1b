#!/bin/sh
# Writes which commit a site was built of to where shiploop looks for it: FOLDER/healthz.
# Run it after the build, in the checkout: sh name-commit.sh FOLDER
set -eu
folder=$1
sha=${GITHUB_SHA:-${COMMIT_REF:-${VERCEL_GIT_COMMIT_SHA:-${CF_PAGES_COMMIT_SHA:-${READTHEDOCS_GIT_COMMIT_HASH:-}}}}}
[ -n "$sha" ] || sha=$(git rev-parse HEAD)
case $sha in
  *[!0-9a-f]* | '') echo "name-commit.sh: '$sha' is no commit" >&2; exit 1 ;;
esac
[ -f "$folder/index.html" ] || { echo "name-commit.sh: $folder has no index.html" >&2; exit 1; }
printf '{"sha": "%s"}\n' "$sha" > "$folder/healthz"
