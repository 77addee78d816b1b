"""The target repository's own documents, searchable: what an answer may be grounded in."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from shiploop.agents.faq.answering.answer import Source
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.gate.lint import RULES_PATH, lint
from shiploop.agents.faq.retrieval.index import DocsIndex, Hit
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.clients.git.mirror import Mirror
from shiploop.errors import ShiploopError

_NOTICE_STOP_S = 1.0  # how soon a stop is noticed

log = logging.getLogger(__name__)


class RepositoryDocuments:
    """An index over the newest documents. The FAQ itself is left out: it is no source."""

    def __init__(self, mirror: Callable[[], Mirror], refresh_s: float) -> None:
        self._make_mirror = mirror
        self._refresh_s = refresh_s
        self._mirror: Mirror | None = None
        self._head_sha = ""
        self._index: DocsIndex | None = None
        self._faq = ""
        self._lint_rules: str | None = None
        self._lock = threading.RLock()

    def search(self, question: str) -> tuple[Hit, ...]:
        """The sections that fit a question best. Raises MirrorUnavailable."""
        return self._newest_index().search(question)

    def cited(self, sources: Iterable[Source]) -> tuple[Section, ...]:
        """Those sections of an answer's sources that there are. Raises MirrorUnavailable."""
        index = self._newest_index()
        found = (index.section(source.path, source.anchor) for source in sources)
        return tuple(section for section in found if section is not None)

    def faq(self) -> str:
        """The FAQ as it stood when the documents were fetched. Raises MirrorUnavailable."""
        self._newest_index()
        return self._faq

    def lint(self, text: str) -> tuple[str, ...]:
        """What the repository's Markdown lint says of a page. Raises MirrorUnavailable."""
        self._newest_index()
        return lint(text, self._lint_rules)

    def _newest_index(self) -> DocsIndex:
        if self._index is not None:
            return self._index
        with self._lock:
            return self._index or self.refresh()  # somebody else may have fetched meanwhile

    def refresh(self) -> DocsIndex:
        """Fetch, and index again when the branch has moved."""
        with self._lock:
            if self._mirror is None:
                self._mirror = self._make_mirror()
            head_sha = self._mirror.fetch()
            if self._index is None or head_sha != self._head_sha:
                pages = self._mirror.pages(head_sha)
                self._faq = pages.pop(FAQ_PATH, "")
                self._lint_rules = self._mirror.text(head_sha, RULES_PATH)
                self._index, self._head_sha = DocsIndex(pages), head_sha
            return self._index

    def keep_fresh(self, stopping: threading.Event, pushed: threading.Event) -> None:
        """Refresh after each push, and now and then in case that one was not told of.

        Until told to stop; blocks, so it wants a thread of its own.
        """
        while self._wait(stopping, pushed):
            pushed.clear()  # before the fetch: what is pushed during it is fetched after it
            try:
                self.refresh()
            except ShiploopError as error:
                log.warning("the documents are as old as before: %s", error)

    def _wait(self, stopping: threading.Event, pushed: threading.Event) -> bool:
        """Wait for the next turn; False when told to stop before."""
        due_at = time.monotonic() + self._refresh_s
        while not stopping.is_set():
            left_s = due_at - time.monotonic()
            if left_s <= 0 or pushed.wait(min(left_s, _NOTICE_STOP_S)):
                return True
        return False
