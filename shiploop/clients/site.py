"""The production site: which commit is live, and what a reader sees."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from urllib.parse import quote

import httpx

from shiploop.clients.asking import Request, ask
from shiploop.domain.delivery.change import Sighting
from shiploop.domain.production.page_addresses import addresses_of
from shiploop.domain.production.probe_definition import Address, Answer
from shiploop.domain.production.reading import Page, Place, commit_named_in, read_page
from shiploop.errors import SiteUnavailable

# What ends an address where people read it; other letters than ASCII's are left readable.
_NO_FRAGMENT = re.compile(r"[\s\"<>`{}|\\^()\[\]]")
_NO_SUCH_PAGE = frozenset((404, 410))
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """The answer of `/healthz`: its HTTP status, and the live commit where it names one."""

    status: int
    sha: str | None


class Site:
    """The deployed site."""

    def __init__(
        self,
        http: httpx.Client,
        site_url: str,
        faq_pages: Sequence[str],
        header: tuple[str, str] | None = None,
    ) -> None:
        """`faq_pages`: the addresses at which the FAQ may be, the likeliest first.

        `header` opens a site that is not for everybody; it is sent to no other host.
        """
        self._http = http
        self._site_url = site_url.rstrip("/")
        self._faq_pages = tuple(faq_pages)
        self._faq_page: str | None = None
        self._reading = Lock()
        self._last_read: tuple[str, Page] | None = None
        self._headers = dict([header] if header else [])
        self._timeout_s = http.timeout.read or _TIMEOUT_S

    def live_sha(self) -> str:
        """The commit that is live: `/healthz` names it, well or not, or the home page does.

        Raises SiteUnavailable where neither does.
        """
        sha = self.health().sha or commit_named_in(self._text("/"))
        if sha is None:
            raise SiteUnavailable("neither the site's /healthz nor its home page names a commit")
        return sha

    def health(self) -> SiteHealth:
        """What `/healthz` says. Raises SiteUnavailable when there is no answer at all."""
        answer = self._answer("/healthz")
        try:
            told = json.loads(answer.text)
        except (ValueError, RecursionError):
            told = None
        match told:
            case {"sha": str(sha)}:
                return SiteHealth(answer.status, sha)
            case _:
                return SiteHealth(answer.status, None)

    def status_of(self, path: str) -> int:
        """The HTTP status of a page. Raises SiteUnavailable when there is no answer at all."""
        return self._answer(path).status

    def probe(self, asked: Address) -> Answer:
        """The answer of one of its own addresses.

        Raises SiteUnavailable when there is none, SiteSlow when there is none in time.
        """
        headers = {**self._headers, **{one.name: one.value for one in asked.headers}}
        url = httpx.URL(f"{self._site_url}{asked.url}")
        request = Request("the site", url, asked.timeout_s, headers, asked.method)
        return replace(ask(self._http, request), of=asked.url)

    def probe_faq(self, asked: Address) -> Answer | None:
        """The answer of the page of the FAQ; None where no address that it may have is one.

        Raises as `probe` does.
        """
        for page in self._pages():
            answer = self.probe(replace(asked, url=page))
            if len(self._pages()) == 1 or answer.status not in _NO_SUCH_PAGE:
                return answer
        return None

    def look_at_faq(self) -> tuple[str, int] | None:
        """The page of the FAQ and its HTTP status; None where no address that it may have is one.

        Raises SiteUnavailable when there is no answer at all.
        """
        for page in self._pages():
            status = self.status_of(page)
            if len(self._pages()) == 1 or status not in _NO_SUCH_PAGE:
                return page, status
        return None

    def find(self, sighting: Sighting) -> str | None:
        """The address at which a reader finds these texts, each below the one before.

        None where no page shows them. A sighting that names no page is on the FAQ's. Raises
        SiteUnavailable when there is no answer at all.
        """
        named = (sighting.page,) if sighting.page else addresses_of(sighting.file)
        for page in named if sighting.page or sighting.file else self._pages():
            place = self._place_on(page, sighting)
            if place is not None:
                if not (sighting.page or sighting.file) and sighting.texts:
                    self._faq_page = page
                return self.url(page, place.anchor)
        return None

    def _pages(self) -> tuple[str, ...]:
        """Where the FAQ may be; once an entry was seen on a page, that page alone."""
        return self._faq_pages if self._faq_page is None else (self._faq_page,)

    def _place_on(self, page: str, sighting: Sighting) -> Place | None:
        html = self._text(page)
        if not html:
            return None
        read = self._read(html)
        if sighting.absent and read.find(sighting.absent) is not None:
            return None
        return read.find(sighting.texts)

    def _read(self, html: str) -> Page:
        # What one deploy brings is looked for by many at once, and on the same page.
        with self._reading:
            if self._last_read is None or self._last_read[0] != html:
                self._last_read = html, read_page(html)
            return self._last_read[1]

    def _text(self, page: str) -> str:
        """A page as it is written, empty where there is none."""
        answer = self._answer(page)
        return answer.text if 200 <= answer.status < 300 else ""

    def url(self, page: str, anchor: str = "") -> str:
        """The address of a place on a live page."""
        place = f"#{_NO_FRAGMENT.sub(lambda m: quote(m[0]), anchor)}" if anchor else ""
        return f"{self._site_url}{page or self._faq_pages[0]}{place}"

    def _answer(self, path: str) -> Answer:
        url = httpx.URL(f"{self._site_url}{path}")
        return ask(self._http, Request("the site", url, self._timeout_s, self._headers))
