"""The production site: which commit is live, and what a reader sees."""

import html
import re
import time
from dataclasses import dataclass

import httpx

from shiploop.domain.delivery.change import Sighting
from shiploop.errors import SiteSlow, SiteUnavailable

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_NO_CACHE = {"Cache-Control": "no-cache"}
_TAG = re.compile(r"<[^>]*(?:>|\Z)")


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """The answer of `/healthz`: its HTTP status, and the live commit where it names one."""

    status: int
    sha: str | None


class Site:
    """The deployed site. `faq_path` is the page that shows the FAQ."""

    def __init__(self, http: httpx.Client, site_url: str, faq_path: str) -> None:
        self._http = http
        self._site_url = site_url.rstrip("/")
        self._faq_path = faq_path

    def live_sha(self) -> str:
        """The commit that is live, from `/healthz`, well or not. Raises SiteUnavailable."""
        sha = self.health().sha
        if sha is None:
            raise SiteUnavailable("the site's /healthz names no sha")
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

    @property
    def faq_path(self) -> str:
        """Where the FAQ is."""
        return self._faq_path

    def shows(self, sighting: Sighting) -> bool:
        """Tell whether a page has this anchor, if one is named, and below it these texts, as read.

        Letters and digits are compared, so that a platform's typography does not matter.
        """
        page = self._get(sighting.page).text
        if sighting.absent and _place(sighting.absent) in page:
            return False
        if sighting.anchor:
            _, found, page = page.partition(_place(sighting.anchor))
            if not found:
                return False
        visible = _words(html.unescape(_TAG.sub(" ", page)))
        return all(_words(text) in visible for text in sighting.texts)

    def url(self, page: str, anchor: str = "") -> str:
        """The address of a place on a live page."""
        return f"{self._site_url}{page}{f'#{anchor}' if anchor else ''}"

    def _get(self, path: str) -> httpx.Response:
        answer = self._answer(path)
        if not answer.is_success:
            raise SiteUnavailable(f"the site answered {answer.status_code} for {path}")
        return answer

    def _answer(self, path: str) -> httpx.Response:
        url = httpx.URL(f"{self._site_url}{path}")
        try:
            for _ in range(_MOST_REDIRECTS):
                answer = self._http.get(_past_caches(url), headers=_NO_CACHE)
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


def _place(anchor: str) -> str:
    return f'id="{html.escape(anchor)}"'


def _words(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
