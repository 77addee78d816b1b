"""What a site installs to name its commit: run as a platform runs it, and read as we read it."""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import yaml

from bench.sites.building import read_generators
from bench.sites.static_site import static_site
from shiploop.clients.site import Site
from tests.loopback import NO_TLS

SITES = Path(__file__).parents[2] / "deployments/sites"
PLATFORMS = SITES / "platforms"
SCRIPT = SITES / "name-commit.sh"
SHA = "0123456789abcdef0123456789abcdef01234567"
VARIABLES = (
    "GITHUB_SHA",
    "COMMIT_REF",
    "VERCEL_GIT_COMMIT_SHA",
    "CF_PAGES_COMMIT_SHA",
    "READTHEDOCS_GIT_COMMIT_HASH",
)


def name_commit(folder: Path, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script on a folder that was built, in an environment of nothing else."""
    return subprocess.run(
        ["sh", str(SCRIPT), str(folder)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
    )


def built(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<h1>Docs</h1>")
    return folder


@pytest.mark.parametrize("variable", VARIABLES)
def test_what_the_script_writes_is_what_the_site_is_read_to_be(
    tmp_path: Path, variable: str
) -> None:
    others = dict.fromkeys(VARIABLES, "")
    assert name_commit(built(tmp_path), {**others, variable: SHA}).returncode == 0
    with static_site(lambda: tmp_path) as server, httpx.Client(verify=NO_TLS) as http:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = Site(http, f"http://127.0.0.1:{server.server_port}", ("/faq",))
        assert site.live_sha() == SHA
        assert site.status_of("/") == 200
        server.shutdown()


def test_where_no_platform_tells_the_commit_the_checkout_does(tmp_path: Path) -> None:
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for arguments in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "Begin")):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert name_commit(built(tmp_path), {}).returncode == 0
    assert json.loads((tmp_path / "healthz").read_text()) == {"sha": head.stdout.strip()}


@pytest.mark.parametrize("told", ["main", "$(reboot)", "12ab; echo", "ABCDEF"])
def test_what_is_no_commit_ends_the_build(tmp_path: Path, told: str) -> None:
    done = name_commit(built(tmp_path), {"GITHUB_SHA": told})
    assert (done.returncode, (tmp_path / "healthz").exists()) == (1, False)
    assert "is no commit" in done.stderr


def test_a_folder_that_is_no_site_ends_the_build(tmp_path: Path) -> None:
    done = name_commit(tmp_path, {"GITHUB_SHA": SHA})
    assert (done.returncode, (tmp_path / "healthz").exists()) == (1, False)
    assert "has no index.html" in done.stderr


@pytest.mark.parametrize(
    ("file", "schema"),
    [("github-pages.yml", "github-workflows"), ("readthedocs.yaml", "readthedocs")],
)
def test_a_snippet_is_what_its_platform_reads(file: str, schema: str) -> None:
    check = [str(Path(sys.executable).with_name("check-jsonschema"))]
    done = subprocess.run(
        [*check, "--builtin-schema", f"vendor.{schema}", str(PLATFORMS / file)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_each_snippet_names_the_commit_in_the_folder_that_is_published() -> None:
    netlify = tomllib.loads((PLATFORMS / "netlify.toml").read_text())["build"]
    vercel = json.loads((PLATFORMS / "vercel.json").read_text())
    cloudflare = (PLATFORMS / "cloudflare-pages.txt").read_text()
    readthedocs = yaml.safe_load((PLATFORMS / "readthedocs.yaml").read_text())
    pages = yaml.safe_load((PLATFORMS / "github-pages.yml").read_text())["jobs"]["deploy"]
    steps = pages["steps"]
    published = next(step["with"]["path"] for step in steps if "artifact" in step.get("uses", ""))
    assert pages["env"]["SITE"] == published
    for command, folder in (
        (netlify["command"], netlify["publish"]),
        (vercel["buildCommand"], vercel["outputDirectory"]),
        (told(cloudflare, "Build command"), told(cloudflare, "Build output directory")),
        (readthedocs["build"]["jobs"]["post_build"][0], '"$READTHEDOCS_OUTPUT/html"'),
        (next(step["run"] for step in steps if "name-commit" in step.get("run", "")), '"$SITE"'),
    ):
        assert command.endswith(f"sh {SCRIPT.name} {folder}")


def told(text: str, name: str) -> str:
    return next(
        line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(f"{name}:")
    )


def test_each_generator_and_each_snippet_is_in_the_list() -> None:
    linked = set(re.findall(r"\]\(([\w./-]+)\)", (SITES / "README.md").read_text()))
    pages = {f"{name}.md" for name in read_generators()}
    snippets = {f"platforms/{path.name}" for path in PLATFORMS.iterdir()}
    assert pages | snippets | {SCRIPT.name} <= linked
    assert {name for name in pages if not (SITES / name).exists()} == set()
