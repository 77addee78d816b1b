"""Fetch what GitHub publishes of itself by npm: `python tests/fidelity/fetch.py`.

One file is taken out of each package (the REST one is 400 MB unpacked) and kept under
`.shiploop/schemas/`; what is there already is not fetched again.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[2] / ".shiploop" / "schemas"
_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Schema:
    """One file of one version of an npm package."""

    package: str
    version: str
    sha512: str
    """Of the package's tarball, in base64, as npm's lock files have it."""
    member: str
    part: str = ""
    """Tells several files of one package apart."""

    @property
    def path(self) -> Path:
        """Where the file is kept."""
        name = self.package.rpartition("/")[2]
        part = f"-{self.part}" if self.part else ""
        return DIRECTORY / f"{name}-{self.version}{part}{Path(self.member).suffix}"


GRAPHQL = Schema(
    "@octokit/graphql-schema",
    "15.26.1",
    "RFDC2MpRBd4AxSRvUeBIVeBU7ojN/SxDfALUd7iVYOSeEK3gZaqR2MGOysj4Zh2xj2RY5fQAUT+Oqq7hWTraMA==",
    "package/schema.graphql",
)
REST = Schema(
    "@octokit/openapi",
    "23.0.2",
    "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
    "package/generated/api.github.com.json",
)
WORKFLOWS = Schema(
    "@actions/workflow-parser",
    "0.3.61",
    "NBjJrbwwrEN3LSN0NAISLpCWQLcPSBjmAIkLXHgjGX8Yql4PiD33ifSAvr9sIMU9uIs8wZiGUnvo9yPIMIfKdg==",
    "package/dist/workflow-v1.0.min.json",
)
WEBHOOKS = Schema(
    "@octokit/openapi-webhooks",
    "12.1.0",
    "Z5eDsLCUNbx1zHpZb1LNQirADqdMTvWJQ/deahi0ws+tWWnwHXB+Pr4jfmM9OrETS9Y5iW8ZRu1fdbudObhLrg==",
    "package/generated/api.github.com.json",
)
# What api.github.com answered when these scenarios were recorded.
RECORDINGS = tuple(
    Schema(
        "@octokit/fixtures",
        "23.1.2",
        "niG+SVffZ/xzojT3CE6M7DlqX7H9aQ75A6Xxjt4N47CkqssKXpSy2k6+Tj5ntcI5uWW2D9POzKxwJDmBfR+sJw==",
        f"package/scenarios/api.github.com/{scenario}/raw-fixture.json",
        scenario,
    )
    for scenario in (
        "add-and-remove-repository-collaborator",
        "add-labels-to-issue",
        "branch-protection",
        "create-status",
        "get-content",
        "get-repository",
        "get-root",
        "git-refs",
        "labels",
        "paginate-issues",
    )
)
# What GitHub has sent, as Octokit has collected it.
WEBHOOK_EXAMPLES = Schema(
    "@octokit/webhooks-examples",
    "7.6.1",
    "De6U3XB6O3DtCa7bKgCMzTHdeopqqZ6SNivMYJnK65ierKL1AnNIA0tkRYCRS7lwGT792d+Ps1WbfHlso6MynQ==",
    "package/api.github.com/index.json",
)


def npm_is_installed() -> bool:
    """Whether schemas can be fetched here."""
    return shutil.which("npm") is not None


def fetch(schema: Schema) -> Path:
    """Return the schema's file, fetched if need be.

    Raises subprocess.CalledProcessError when npm fails, ValueError when the package is not the
    one that was pinned.
    """
    if not schema.path.exists():
        with tempfile.TemporaryDirectory() as scratch:
            tarball = _pack(schema, Path(scratch))
            if _sha512(tarball) != schema.sha512:
                raise ValueError(f"{schema.package}@{schema.version} is not the pinned package")
            _extract(tarball, schema)
    return schema.path


def _pack(schema: Schema, scratch: Path) -> Path:
    command = ["npm", "pack", "--silent", f"{schema.package}@{schema.version}"]
    subprocess.run(command, cwd=scratch, check=True, timeout=_TIMEOUT_S, stdout=subprocess.DEVNULL)
    (tarball,) = scratch.glob("*.tgz")
    return tarball


def _sha512(path: Path) -> str:
    with path.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()


def _extract(tarball: Path, schema: Schema) -> None:
    """Write the one file whole: several test processes may do so at once."""
    schema.path.parent.mkdir(parents=True, exist_ok=True)
    with (
        tarfile.open(tarball) as archive,
        tempfile.NamedTemporaryFile(dir=DIRECTORY, delete=False) as draft,
    ):
        member = archive.extractfile(schema.member)
        if member is None:
            raise ValueError(f"{schema.package}@{schema.version} has no {schema.member}")
        shutil.copyfileobj(member, draft)
    Path(draft.name).replace(schema.path)


def main() -> None:
    """Fetch what is missing; where that cannot be done, say which tests will skip."""
    missing = [
        schema
        for schema in (GRAPHQL, REST, WEBHOOKS, WEBHOOK_EXAMPLES, WORKFLOWS, *RECORDINGS)
        if not schema.path.exists()
    ]
    if missing and not npm_is_installed():
        sys.stderr.write("npm is not installed: tests/fidelity will be skipped\n")
        return
    for schema in missing:
        fetch(schema)


if __name__ == "__main__":
    main()
