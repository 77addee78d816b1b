"""Remembers what was read of a few whole documents, and none of the documents themselves."""

import hashlib
from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

from cachetools import LRUCache, cached

# Tasks that run at the same time read the same few. Each task makes a document of its own, and
# with the document as the key a process would hold as many megabytes as it remembers texts.
_DOCUMENTS: Final = 8

T = TypeVar("T")


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """Let `read` be asked once for each document; what it returns may not hold the document."""
    cache: LRUCache[bytes, T] = LRUCache(_DOCUMENTS)
    return cached(cache, key=_digest, lock=Lock())(read)


def _digest(document: str) -> bytes:
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).digest()
