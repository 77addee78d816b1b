"""A repository of a few files."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Files:
    """The files by path; and what was left out of them."""

    texts: Mapping[str, str]
    left_out: dict[str, str] = field(default_factory=dict)

    def markdown(self) -> dict[str, str]:
        suffixes = (".md", ".mdx", ".markdown")
        return {path: text for path, text in self.texts.items() if path.lower().endswith(suffixes)}

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def leave_out(self, path: str, reason: str) -> None:
        self.left_out[path] = reason
