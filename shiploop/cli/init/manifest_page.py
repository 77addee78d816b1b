"""A page on this machine that sends the manifest to GitHub, and takes what GitHub answers.

It is for the one browser that opens it first: whoever else can reach the port sees nothing, and
cannot hand in an App of his own.
"""

import hmac
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

_CREATED: Final = "/created"
_COOKIE: Final = "shiploop-init"
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ManifestPage:
    """What the page shows and waits for. `state` is what GitHub hands back to us."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.state = secrets.token_urlsafe(32)
        self.form_url = ""
        self.manifest = ""
        self._visitor = ""
        self._code: str | None = None
        self._done = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where a person opens it."""
        return f"http://{self.host}/"

    @property
    def redirect_url(self) -> str:
        """Where GitHub sends the browser back to."""
        return f"http://{self.host}{_CREATED}"

    def await_code(self, patience_s: float) -> str | None:
        """The code that GitHub has given the browser; None where it has not come in time."""
        self._done.wait(patience_s)
        return self._code

    def answer(self, path: str, host: str, cookie: str) -> tuple[HTTPStatus, str, str]:
        """Status, page and a new cookie, empty for none."""
        if host != self.host:
            return HTTPStatus.MISDIRECTED_REQUEST, _page("This is another address."), ""
        parts = urlsplit(path)
        if parts.path == "/":
            return self._form(cookie)
        if parts.path == _CREATED and self._is_visitor(cookie):
            told = parse_qs(parts.query)
            return self._take(told.get("code", [""])[0], told.get("state", [""])[0])
        return HTTPStatus.NOT_FOUND, _page("There is nothing here."), ""

    def _form(self, cookie: str) -> tuple[HTTPStatus, str, str]:
        with self._lock:
            is_first = not self._visitor
            if is_first:
                self._visitor = secrets.token_urlsafe(32)
        if not is_first and not self._is_visitor(cookie):
            text = "Another browser has opened this page. If that was not you, begin again."
            return HTTPStatus.FORBIDDEN, _page(text), ""
        form = (
            f'<form method="post" action="{escape(self.form_url)}">'
            f'<input type="hidden" name="manifest" value="{escape(self.manifest)}">'
            "<button>Register the App on GitHub</button></form>"
        )
        text = "GitHub shows what the App is called, and creates it when you say so there."
        return HTTPStatus.OK, _page(text, form), self._visitor if is_first else ""

    def _take(self, code: str, state: str) -> tuple[HTTPStatus, str, str]:
        if not hmac.compare_digest(state.encode(), self.state.encode()):
            return HTTPStatus.BAD_REQUEST, _page("This is no answer to what was asked."), ""
        if not _CODE.fullmatch(code):
            return HTTPStatus.BAD_REQUEST, _page("GitHub has given no code."), ""
        with self._lock:
            self._code = self._code or code
        self._done.set()
        return HTTPStatus.OK, _page("Done. Go on in the terminal."), ""

    def _is_visitor(self, cookie: str) -> bool:
        return bool(self._visitor) and hmac.compare_digest(cookie.encode(), self._visitor.encode())


@contextmanager
def serve_page(prepare: Callable[[ManifestPage], tuple[str, str]]) -> Iterator[ManifestPage]:
    """Serve the page for the length of the block; `prepare` gives form address and manifest."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    page = ManifestPage(server.server_port)
    page.form_url, page.manifest = prepare(page)
    _Handler.pages[server.server_port] = page
    thread = threading.Thread(target=server.serve_forever, name="manifest-page", daemon=True)
    thread.start()
    try:
        yield page
    finally:
        server.shutdown()
        server.server_close()
        _Handler.pages.pop(server.server_port, None)


class _Handler(BaseHTTPRequestHandler):
    pages: Final[dict[int, ManifestPage]] = {}
    timeout = 10.0  # for who opens a connection and says nothing

    def do_GET(self) -> None:
        page = self.pages[self.server.server_address[1]]  # type: ignore[index]
        told = self.headers.get("Cookie", "")
        cookies: Mapping[str, str] = dict(
            each.strip().partition("=")[::2] for each in told.split(";")
        )
        host = self.headers.get("Host", "")
        status, text, cookie = page.answer(self.path, host, cookies.get(_COOKIE, ""))
        body = text.encode()
        self.send_response(status)
        for name, value in (*_HEADERS.items(), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        target = urlsplit(page.form_url)
        policy = f"default-src 'none'; form-action 'self' {target.scheme}://{target.netloc}"
        self.send_header("Content-Security-Policy", policy)
        if cookie:
            attributes = "Path=/; HttpOnly; SameSite=Lax"
            self.send_header("Set-Cookie", f"{_COOKIE}={cookie}; {attributes}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: an address of GitHub's holds the code."""


def _page(text: str, form: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>shiploop</title></head>'
        f"<body><h1>shiploop</h1><p>{escape(text)}</p>{form}</body></html>"
    )
