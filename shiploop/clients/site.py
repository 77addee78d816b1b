"""The production site: which commit is live, and what a reader sees."""

import html
import re

import httpx

from shiploop.errors import SiteUnavailable

_TAG = re.compile(r"<[^>]*>")


class Site:
    """The deployed site. `faq_path` is the page that shows the FAQ."""

    def __init__(self, http: httpx.Client, site_url: str, faq_path: str) -> None:
        self._http = http
        self._site_url = site_url.rstrip("/")
        self._faq_path = faq_path

    def live_sha(self) -> str:
        """The commit that is live, from `/healthz`. Raises SiteUnavailable."""
        try:
            health = self._get("/healthz").json()
        except ValueError as error:
            raise SiteUnavailable("the site's /healthz is not JSON") from error
        match health:
            case {"sha": str(sha)}:
                return sha
            case _:
                raise SiteUnavailable("the site's /healthz names no sha")

    def shows(self, anchor: str, *texts: str) -> bool:
        """Tell whether the FAQ page has this anchor, and below it these texts, as read.

        Letters and digits are compared, so that a platform's typography does not matter.
        """
        page = self._get(self._faq_path).text
        _, found, below = page.partition(f'id="{html.escape(anchor)}"')
        visible = _words(html.unescape(_TAG.sub(" ", below)))
        return bool(found) and all(_words(text) in visible for text in texts)

    def entry_url(self, anchor: str) -> str:
        """The address of one entry on the live page."""
        return f"{self._site_url}{self._faq_path}#{anchor}"

    def _get(self, path: str) -> httpx.Response:
        try:
            return self._http.get(f"{self._site_url}{path}").raise_for_status()
        except httpx.HTTPError as error:
            raise SiteUnavailable(f"the site did not serve {path}: {error}") from error


def _words(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
