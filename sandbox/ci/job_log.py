"""What a job says, as its log shows it: secrets masked, and no longer than what is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

MAX_LOG_CHARACTERS: Final = 1_000_000
"""Of a longer log the end is kept: that is where a step says why it failed."""


class JobLog:
    """Lines in the order in which they were said."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._lines = deque[str]()
        self._characters = 0
        self._masks = {secret for secret in secrets if secret}

    def add(self, *lines: str) -> None:
        """Add lines."""
        for line in lines:
            masked = self._masked(line)
            self._lines.append(masked)
            self._characters += len(masked) + 1
        while self._characters > MAX_LOG_CHARACTERS and len(self._lines) > 1:
            self._characters -= len(self._lines.popleft()) + 1

    def error(self, message: str) -> None:
        """Add an error, as the runner writes it."""
        self.add(*(f"##[error]{line}" for line in message.splitlines() or [""]))

    def mask(self, texts: Iterable[str]) -> None:
        """Hide these in all that follows."""
        self._masks |= {text for text in texts if text}

    def is_secret(self, text: str) -> bool:
        """Tell whether a text holds what is masked."""
        return any(mask in text for mask in self._masks)

    def text(self) -> str:
        """All that is kept."""
        return "\n".join(self._lines)[-MAX_LOG_CHARACTERS:]

    def _masked(self, line: str) -> str:
        for mask in self._masks:
            line = line.replace(mask, "***")
        return line
