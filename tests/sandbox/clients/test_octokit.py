"""octokit, in a process of node."""

import json
import os
import subprocess

import pytest

from tests.sandbox.clients.conftest import World
from tests.sandbox.clients.octokit.install import SOURCE, install, is_possible

pytestmark = pytest.mark.xdist_group("clients")


@pytest.mark.skipif(not is_possible(), reason="node and npm are not installed")
def test_it_pages_views_checks_merges_compares_and_opens(world: World) -> None:
    # A module on standard input finds its packages where node was started.
    finished = subprocess.run(
        ["node", "--input-type=module", "-", world.url, str(world.number), world.head_sha],
        cwd=install(),
        input=(SOURCE / "client.mjs").read_text(encoding="utf-8"),
        env={"PATH": os.environ.get("PATH", os.defpath)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    seen = json.loads(finished.stdout)
    topics = seen.pop("topics")
    assert topics["status"] == 501
    assert "not modelled by the sandbox" in topics["message"]
    assert "+## What about topic?" in seen.pop("diff")
    assert seen.pop("raw").startswith("# FAQ\n")
    assert seen == {
        "issues": world.issues,
        "byCursor": world.issues,
        "runs": ["faq-gate", "lint"],
        "head": world.head_sha,
        "notMerged": 404,
        "moved": 409,
        "merged": True,
        "isMerged": 204,
        "compared": "diverged",
        "opened": "Down",
        "unknown": 401,
    }
