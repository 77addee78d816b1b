"""Signs what we wrote, so that only our own pull requests are merged by us."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

_VERSION = "v2"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature vouches for; `content_hash` is that of the proposal (see `change`)."""

    task_id: str
    repository: str
    dedupe_key: str
    content_hash: str


def sign(key: bytes, claim: Claim) -> str:
    """Return the signature as `v2:<hex>`: HMAC-SHA256 over the claim.

    The claim is serialised as a JSON list, so that no two claims share their bytes.
    """
    message = json.dumps([claim.task_id, claim.repository, claim.dedupe_key, claim.content_hash])
    return f"{_VERSION}:{hmac.new(key, message.encode(), hashlib.sha256).hexdigest()}"


def signature_holds(keys: Sequence[bytes], claim: Claim, signature: str) -> bool:
    """Tell, in constant time for each key, whether one of ours has signed this very claim."""
    return any(hmac.compare_digest(sign(key, claim).encode(), signature.encode()) for key in keys)


def is_of_version_before(signature: str) -> bool:
    """True for what a runner of the version before has signed: over other claims, by our key."""
    return signature.startswith("v1:")
