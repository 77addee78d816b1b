"""A build: one commit's pages, ready to be served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import PurePosixPath

from sandbox.site.github_api import Repository
from sandbox.site.layout import document_page, index_page
from sandbox.site.markdown import Links, PageRenderer, RenderedPage
from sandbox.site.source import Snapshot

FAQ_PATH = "docs/FAQ.md"


class BuildFailedError(Exception):
    """The commit cannot be built; the message says why."""


@dataclass(frozen=True, slots=True)
class Build:
    """One commit as a website. `pages` holds whole HTML documents by their path on the site."""

    sha: str
    built_at: datetime
    pages: Mapping[str, bytes]
    healthy: bool = True


class Builder:
    """Turns snapshots into builds; pages that did not change are not rendered again."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._renderer = PageRenderer()
        self._rendered: dict[tuple[str, str], RenderedPage] = {}
        self._routes: Mapping[str, str] = {}

    def build(self, snapshot: Snapshot) -> Build:
        """Render a commit. Raises BuildFailedError."""
        if FAQ_PATH not in snapshot.files:
            raise BuildFailedError(f"{FAQ_PATH} is missing")
        pages = self._render(snapshot)
        built_at = datetime.now(UTC)
        footer = self._footer(snapshot.sha, built_at)
        documents = {
            self._routes[path]: document_page(path, page, footer) for path, page in pages.items()
        }
        listed = ((self._routes[path], page.title) for path, page in _reading_order(pages.items()))
        documents["/"] = index_page(self._repository.name, listed, footer)
        return Build(
            snapshot.sha, built_at, {route: text.encode() for route, text in documents.items()}
        )

    def _render(self, snapshot: Snapshot) -> dict[str, RenderedPage]:
        routes = {path: _route(path) for path in snapshot.files}
        if routes != self._routes:  # links between pages change with the set of pages
            self._rendered = {}
            self._routes = routes
        source_url = f"{self._repository.html_url}/blob/{self._repository.default_branch}"
        links = Links(routes, source_url)
        self._rendered = {
            key: self._rendered.get(key) or self._renderer.render(path, file.text, links)
            for path, file in snapshot.files.items()
            for key in [(path, file.blob_id)]
        }
        return {path: page for (path, _blob_id), page in self._rendered.items()}

    def _footer(self, sha: str, built_at: datetime) -> str:
        commit_url = escape(f"{self._repository.html_url}/commit/{sha}")
        when = built_at.isoformat(" ", "seconds").replace("+00:00", " UTC")
        return f'Built {when} from <a href="{commit_url}"><code>{sha[:12]}</code></a>'


def _route(path: str) -> str:
    if path == FAQ_PATH:
        return "/faq"
    return "/readme" if path == "README.md" else f"/{path.removesuffix('.md')}"


def _reading_order(
    pages: Iterable[tuple[str, RenderedPage]],
) -> list[tuple[str, RenderedPage]]:
    """The FAQ, the README, then each folder's pages by title."""
    return sorted(
        pages,
        key=lambda item: (
            item[0] != FAQ_PATH,
            len(PurePosixPath(item[0]).parts),
            str(PurePosixPath(item[0]).parent),
            item[1].title.casefold(),
        ),
    )
