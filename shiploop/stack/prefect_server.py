"""Serves Prefect's own server behind our guard: `python -m shiploop.stack.prefect_server PORT`.

`prefect server start` asks for a password once one is set, and looks at neither `Host` nor
`Origin`.
"""

import sys

from prefect.server.api.server import create_app

from shiploop.settings import Settings
from webguard.guard import Guard
from webguard.serving import serve


def main() -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    app = Guard(create_app(final=True), Settings().allowed_hosts)
    serve(app, host="127.0.0.1", port=int(sys.argv[1]))


if __name__ == "__main__":
    main()
