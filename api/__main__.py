"""Serves the API: `python -m api`."""

import uvicorn

from api.app import create_app
from shiploop.bootstrap import services
from shiploop.observability import configure_logging

_HOST = "127.0.0.1"


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    configure_logging("api")
    ours = services()
    uvicorn.run(
        create_app(ours),
        host=_HOST,
        port=ours.settings.api_port,
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()
