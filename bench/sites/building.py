"""Installs a generator in a folder of its own, and builds sites with it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from shiploop.errors import ShiploopError

_GENERATORS: Final = Path(__file__).with_name("generators.yaml")
_INSTALL_TIMEOUT_S: Final = 900
_BUILD_TIMEOUT_S: Final = 600
_OUT: Final = "OUT"
_TOLD: Final = 1_500


class NotBuilt(ShiploopError):
    """A generator could not be installed, or did not build; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator as generators.yaml has it."""

    name: str
    build: Sequence[str]
    files: Mapping[str, str]
    pip: Sequence[str] = ()
    npm: Sequence[str] = ()
    program: str = ""
    docs: str = "docs"
    front: str = ""
    index: str = "index.md"  # how the page is called that a folder begins with
    out: str = field(default="")


def read_generators() -> dict[str, Generator]:
    """All that there are, by name."""
    told = yaml.safe_load(_GENERATORS.read_text(encoding="utf-8"))
    return {name: Generator(name=name, **fields) for name, fields in told.items()}


def install(generator: Generator, home: Path) -> None:
    """Install it below `home`, unless it is there already. Raises NotBuilt."""
    home.mkdir(parents=True, exist_ok=True)
    done = home / ".installed"
    if done.exists():
        return
    if generator.program and shutil.which(generator.program) is None:
        raise NotBuilt(f"there is no program {generator.program}: install it, as apt-get can")
    if generator.pip:
        _run([sys.executable, "-m", "venv", str(home / "venv")], home, _INSTALL_TIMEOUT_S)
        pip = str(home / "venv" / "bin" / "pip")
        _run([pip, "install", "--quiet", *generator.pip], home, _INSTALL_TIMEOUT_S)
    if generator.npm:
        (home / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _run(["npm", "install", "--silent", *generator.npm], home, _INSTALL_TIMEOUT_S)
    done.touch()


def build(generator: Generator, home: Path, pages: Mapping[str, str]) -> str:
    """Build a site of these pages of `docs/`; the HTML of the FAQ's page. Raises NotBuilt."""
    out = home / (generator.out or "out")
    shutil.rmtree(home / generator.docs, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    files = {path: text.replace(_OUT, str(out)) for path, text in generator.files.items()}
    for path, text in pages.items():
        name = path.removeprefix("docs/").replace("index.md", generator.index)
        files[f"{generator.docs}/{name}"] = text
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")
    command = [each.replace(_OUT, str(out)) for each in generator.build]
    _run(command, home, _BUILD_TIMEOUT_S)
    return _faq_page(out)


def build_checkout(generator: Generator, home: Path, checkout: Path, out: Path) -> None:
    """Build a folder that holds all files of a site, by what is installed below `home`.

    Raises NotBuilt.
    """
    run([each.replace(_OUT, str(out)) for each in generator.build], home, checkout)


def _faq_page(out: Path) -> str:
    for path in sorted(out.rglob("*.html")):
        name = path.relative_to(out).as_posix().casefold()
        if name.removesuffix("/index.html").removesuffix(".html").endswith("faq"):
            return path.read_text(encoding="utf-8")
    raise NotBuilt("it was built without a page of the FAQ")


def run(
    command: Sequence[str], home: Path, folder: Path, given: Mapping[str, str] | None = None
) -> None:
    """Run a step of a build in a folder, with these variables too. Raises NotBuilt."""
    _run(command, home, _BUILD_TIMEOUT_S, folder, given)


def _run(
    command: Sequence[str],
    home: Path,
    timeout_s: float,
    folder: Path | None = None,
    given: Mapping[str, str] | None = None,
) -> None:
    bins = (home / "venv" / "bin", home / "node_modules" / ".bin")
    path = os.pathsep.join((*map(str, bins), os.environ.get("PATH", "")))
    telling_nobody = {"ASTRO_TELEMETRY_DISABLED": "1", "NO_MKDOCS_2_WARNING": "1", "CI": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=folder or home,
            env={**os.environ, **telling_nobody, **(given or {}), "PATH": path},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        raise NotBuilt(f"{command[0]}: {(done.stdout + done.stderr)[-_TOLD:].strip()}")
