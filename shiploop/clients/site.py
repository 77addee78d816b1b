"""The production site: which commit is live, and what a reader sees."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from shiploop.domain.delivery.change import Sighting
from shiploop.domain.limits import MAX_SITE_PAGE_CHARACTERS
from shiploop.domain.production.reading import Place, commit_named_in, find_on_page
from shiploop.errors import SiteSlow, SiteUnavailable

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
# What ends an address where people read it; other letters than ASCII's are left readable.
_NO_FRAGMENT = re.compile(r"[\s\"<>`{}|\\^()\[\]]")
_NO_SUCH_PAGE = frozenset((404, 410))
_NO_CACHE = {"Cache-Control": "no-cache"}


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
        self._headers = {**_NO_CACHE, **dict([header] if header else [])}

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
            told = answer.json()
        except ValueError:
            told = None
        match told:
            case {"sha": str(sha)}:
                return SiteHealth(answer.status_code, sha)
            case _:
                return SiteHealth(answer.status_code, None)

    def status_of(self, path: str) -> int:
        """The HTTP status of a page. Raises SiteUnavailable when there is no answer at all."""
        return self._answer(path).status_code

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
        for page in (sighting.page,) if sighting.page else self._pages():
            place = self._place_on(page, sighting)
            if place is not None:
                if not sighting.page and sighting.texts:
                    self._faq_page = page
                return self.url(page, place.anchor)
        return None

    def _pages(self) -> tuple[str, ...]:
        """Where the FAQ may be; once an entry was seen on a page, that page alone."""
        return self._faq_pages if self._faq_page is None else (self._faq_page,)

    def _place_on(self, page: str, sighting: Sighting) -> Place | None:
        text = self._text(page)
        if not text or (sighting.absent and find_on_page(text, sighting.absent) is not None):
            return None
        return find_on_page(text, sighting.texts)

    def _text(self, page: str) -> str:
        """A page as it is written, empty where there is none."""
        answer = self._answer(page)
        return answer.text[:MAX_SITE_PAGE_CHARACTERS] if answer.is_success else ""

    def url(self, page: str, anchor: str = "") -> str:
        """The address of a place on a live page."""
        place = f"#{_NO_FRAGMENT.sub(lambda m: quote(m[0]), anchor)}" if anchor else ""
        return f"{self._site_url}{page or self._faq_pages[0]}{place}"

    def _answer(self, path: str) -> httpx.Response:
        url = httpx.URL(f"{self._site_url}{path}")
        try:
            for _ in range(_MOST_REDIRECTS):
                answer = self._http.get(_past_caches(url), headers=self._headers)
                followed = _followed(url, answer)
                if followed is None:
                    return answer
                url = followed
        except httpx.InvalidURL as error:
            raise SiteUnavailable(f"the site redirects {path} to no address: {error}") from error
        except httpx.TimeoutException as error:
            raise SiteSlow(f"the site did not serve {path} in time: {error}") from error
        except httpx.HTTPError as error:
            raise SiteUnavailable(f"the site did not serve {path}: {error}") from error
        raise SiteUnavailable(f"the site redirects {path} without end")


def _past_caches(url: httpx.URL) -> httpx.URL:
    # Most caches in front of a site keep an answer by its whole address, and few of them listen
    # to whoever asks for a fresh one.
    return url.copy_merge_params({"shiploop": str(time.time_ns())})


def _followed(url: httpx.URL, answer: httpx.Response) -> httpx.URL | None:
    """Where the site says that the page is, if that is the site still."""
    location = answer.headers.get("location")
    if answer.status_code not in _REDIRECTS or location is None:
        return None
    there = url.join(location)
    return there.copy_remove_param("shiploop") if there.host == url.host else None
