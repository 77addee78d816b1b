"""A repository of a few files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Files:
    """The files by path; and what was left out of them."""

    texts: Mapping[str, str]
    left_out: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    def markdown(self) -> dict[str, str]:
        suffixes = (".md", ".mdx", ".markdown")
        return {path: text for path, text in self.texts.items() if path.lower().endswith(suffixes)}

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def named(self, names: Collection[str]) -> tuple[str, ...]:
        return tuple(path for path in self.texts if path.rpartition("/")[2] in names)

    def note(self, what: str) -> None:
        self.found.append(what)

    def leave_out(self, path: str, reason: str) -> None:
        self.left_out[path] = reason
