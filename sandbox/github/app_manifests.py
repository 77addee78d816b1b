"""GitHub Apps that somebody registers from a manifest: what is asked, and the code for it.

Source: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

import dataclasses
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.github.accounts import Account
from sandbox.github.refusals import Reason, RefusedError

_LIFETIME = timedelta(hours=1)
_LONGEST_NAME = 34


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """An App that a person has just created; its credentials are not fetched yet."""

    manifest: Mapping[str, Any]
    owner: Account
    created_at: datetime


class Manifests:
    """The codes that were given out, each good for one exchange within an hour."""

    def __init__(self) -> None:
        self._by_code: dict[str, Registration] = {}

    def register(self, manifest: Mapping[str, Any], owner: Account, now: datetime) -> str:
        """Create the App; returns the code for its credentials. Refuses what is no manifest."""
        _check(manifest)
        code = secrets.token_hex(20)
        self._by_code[code] = Registration(manifest, owner, now)
        return code

    def take(self, code: str, now: datetime) -> Registration | None:
        """Exchange a code; None where it is unknown, used or too old."""
        found = self._by_code.pop(code, None)
        return found if found is not None and now - found.created_at < _LIFETIME else None


def _check(manifest: Mapping[str, Any]) -> None:
    addresses = [manifest.get("url"), manifest.get("redirect_url")]
    if (hook := manifest.get("hook_attributes")) is not None:
        addresses.append(hook.get("url") if isinstance(hook, dict) else None)
    if not all(isinstance(each, str) and urlsplit(each).hostname for each in addresses):
        raise RefusedError(Reason.UNPROCESSABLE, "Invalid GitHub App manifest: an URL is missing")
    if len(str(manifest.get("name", ""))) > _LONGEST_NAME:
        raise RefusedError(Reason.UNPROCESSABLE, "Name is too long (maximum is 34 characters)")
