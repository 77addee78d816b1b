"""Run the site: `python -m sandbox.site --port 8091 --home DIR`."""

import argparse
import logging
import os
import signal
from pathlib import Path

import httpx

from sandbox.loopback import listen, serve
from sandbox.site.control_panel import ControlPanel
from sandbox.site.deployer import Deployer
from sandbox.site.deployments import DeploymentReporter
from sandbox.site.github_api import GitHubApi
from sandbox.site.web import create_app


def main() -> None:
    """Serve until SIGTERM or SIGINT; the port that was bound is written to HOME/port."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s site %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    arguments.home.mkdir(parents=True, exist_ok=True)
    listener = listen(arguments.port)
    port = listener.getsockname()[1]

    base_url = os.environ["SITE_GITHUB_API_URL"].rstrip("/")
    token = os.environ["SITE_GITHUB_TOKEN"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    client = httpx.Client(headers=headers, timeout=10, trust_env=False, follow_redirects=True)
    api = GitHubApi(client, base_url, os.environ["SITE_GITHUB_REPO"])
    panel = ControlPanel(httpx.Client(trust_env=False), base_url)
    reporter = DeploymentReporter(api, f"http://127.0.0.1:{port}")
    deployer = Deployer(api, panel, reporter, arguments.home, token)
    app = create_app(deployer, panel, os.environ["SITE_WEBHOOK_SECRET"])
    for stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again when it is done; this handler makes that a clean exit.
        signal.signal(stop, lambda *_: None)
    reporter.start()
    deployer.start()
    _write_whole(arguments.home / "port", f"{port}\n")
    serve(app, listener)
    deployer.stop()


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.site", description=__doc__)
    parser.add_argument("--port", type=int, default=8091, help="0 takes any free port")
    parser.add_argument("--home", type=Path, required=True, help="where the clone is kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
