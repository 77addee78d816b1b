"""Serves a folder as static hosts do: pages with or without their ending, and a page for none."""

from collections.abc import Callable
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def static_site(folder_of_now: Callable[[], Path]) -> ThreadingHTTPServer:
    """A server on a free port of this machine; each request is answered from the folder of then."""

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *given: Any) -> None:  # noqa: ANN401 - as the base has it
            super().__init__(*given, directory=str(folder_of_now()))

        def send_head(self) -> Any:  # noqa: ANN401 - as the base has it
            path, _, query = self.path.partition("?")
            if not Path(self.translate_path(path)).exists() and not path.endswith("/"):
                self.path = f"{path}.html?{query}"
            return super().send_head()

        def send_error(
            self, code: int, message: str | None = None, explain: str | None = None
        ) -> None:
            page = Path(self.directory, "404.html")
            if code != HTTPStatus.NOT_FOUND or not page.is_file():
                super().send_error(code, message, explain)
                return
            self.send_response(code)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.read_bytes())

        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
