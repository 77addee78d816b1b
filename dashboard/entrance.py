"""The HTML that every page begins with: Streamlit's own, told where its server is."""

from collections.abc import Iterable
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_HTML = Path(streamlit.__file__).parent / "static" / "index.html"
# Left to itself it tries the address of the page first, which is a 404 on all pages but one.
_TOLD = """<head>
    <script>
      window.__streamlit = {
        BACKEND_BASE_URL: window.location.origin,
        MAIN_PAGE_BASE_URL: window.location.origin,
      }
    </script>"""


def entrances(paths: Iterable[str]) -> list[Route]:
    """A route for each page."""
    html = _HTML.read_text(encoding="utf-8").replace("<head>", _TOLD, 1)
    html = html.replace("<title>Streamlit</title>", "<title>shiploop</title>", 1)

    async def enter(_request: Request) -> HTMLResponse:
        return HTMLResponse(html, headers={"cache-control": "no-cache"})

    return [Route(path, enter) for path in paths]
