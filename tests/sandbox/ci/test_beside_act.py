"""act is a second opinion: where it knows what GitHub does, both say the same.

What act 0.2.89 gets wrong is in findings/act-*.sh, and in the cases that are not named here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.ci.test_cases import CASES, PAYLOAD, expected, write

AGREED = [
    "a step that exits with an error fails the job, and skips the steps after it",
    "a step that may fail",
    "a condition of a step",
    "always() and failure() after a failure",
    "a job after one that failed is skipped, and so is all that follows",
    "variables, the nearer the stronger",
]


@pytest.mark.parametrize("name", AGREED)
def test_act_says_the_same(worktree: Path, tmp_path: Path, name: str) -> None:
    [case] = [each for each in CASES if each["name"] == name]
    write(worktree, case)
    ends = conclusions_by_act(worktree, tmp_path, case)
    assert ends == dict(expected(case))


def conclusions_by_act(worktree: Path, home: Path, case: Mapping[str, Any]) -> dict[str, str]:
    """Run a workflow whose jobs have no names; of which of them act is silent, it has skipped."""
    (home / "event.json").write_text(json.dumps(PAYLOAD))
    act = str(Path(sys.executable).with_name("act"))
    command = [act, "pull_request", "--json", "-C", str(worktree)]
    command += ["-e", str(home / "event.json"), "-P", "ubuntu-latest=-self-hosted"]
    command += ["--no-cache-server", "--env", "GITHUB_REPOSITORY=acme/docs"]
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    ends = {each["jobID"]: each["jobResult"] for each in records if "jobResult" in each}
    return {job: ends.get(job, "skipped") for job, _ in expected(case)}
