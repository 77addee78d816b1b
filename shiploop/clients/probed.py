"""Asks the addresses that probes name, wherever they are."""

from dataclasses import replace
from typing import Final, assert_never

import httpx

from shiploop.clients.asking import Request, ask
from shiploop.clients.site import Site
from shiploop.domain.production.probe_definition import (
    Address,
    Answer,
    Place,
    path_at_api,
    place_of,
)

_KEY: Final = "X-API-Key"


class Probed:
    """The site, our own API, and what else is named by its whole address."""

    def __init__(self, http: httpx.Client, site: Site, api_url: str, api_key: str | None) -> None:
        """`api_key` opens our own API, and is shown to nobody else."""
        self._http = http
        self._site = site
        self._api_url = api_url.rstrip("/")
        self._api_headers = {_KEY: api_key} if api_key else {}

    def ask(self, asked: Address) -> Answer | None:
        """The answer; None where no page is known to show the FAQ.

        Raises SiteUnavailable where there is none, SiteSlow where there is none in time.
        """
        own = {one.name: one.value for one in asked.headers}
        match place_of(asked.url):
            case Place.SITE:
                return self._site.probe(asked)
            case Place.FAQ:
                return self._site.probe_faq(asked)
            case Place.API:
                url = httpx.URL(f"{self._api_url}{path_at_api(asked.url)}")
                answer = self._ask("our API", url, asked, {**self._api_headers, **own})
                return replace(answer, of=f"our API's {path_at_api(asked.url)}")
            case Place.ELSEWHERE:
                url = httpx.URL(asked.url)
                return replace(self._ask(url.host, url, asked, own), of=asked.url)
            case None:
                raise ValueError(f"{asked.url} is no address that can be asked")
            case never:
                assert_never(never)

    def _ask(self, who: str, url: httpx.URL, asked: Address, headers: dict[str, str]) -> Answer:
        return ask(self._http, Request(who, url, asked.timeout_s, headers, asked.method))
