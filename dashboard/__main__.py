"""Serves the dashboard on loopback: `python -m dashboard`."""

import gc
from importlib import import_module
from pathlib import Path
from typing import Final

from starlette.middleware import Middleware
from streamlit.starlette import App
from streamlit.web.bootstrap import load_config_options

from dashboard.app import PATHS
from dashboard.entrance import entrances
from dashboard.theme import THEME
from shiploop.bootstrap import services
from shiploop.observability import configure_logging
from webguard.guard import Guard
from webguard.serving import serve

_HOST = "127.0.0.1"
_SCRIPT = Path(__file__).with_name("app.py")
_OPTIONS: Final = {
    "server.address": _HOST,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "logger.enableRich": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
}
# Streamlit loads them with the first page, which they would delay by a second.
_LOADED_BEFORE = ("pandas",)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    configure_logging("dashboard")
    settings = services().settings
    configure_logging("dashboard", settings.secrets())
    for module in _LOADED_BEFORE:
        import_module(module)
    # Streamlit collects garbage after every run of a page; what is loaded now never is any.
    gc.freeze()
    # What `App.run` does, on a server of ours: Streamlit's waits for ever for half a request.
    load_config_options({**_OPTIONS, **THEME, "server.port": settings.dashboard_port})
    guard = Middleware(Guard, names=settings.host_names())
    app = App(_SCRIPT, routes=entrances(PATHS), middleware=[guard])
    serve(app, host=_HOST, port=settings.dashboard_port, ws_per_message_deflate=False)


if __name__ == "__main__":
    main()
