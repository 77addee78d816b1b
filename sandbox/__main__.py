"""Starts the sandbox GitHub, Slack and OpenAI: `python -m sandbox --port 8090 --home DIR`.

Secrets come from the environment only: SANDBOX_TOKENS="token:login[:read|write|admin],…",
for a GitHub App SANDBOX_APP_ID and SANDBOX_APP_PUBLIC_KEY (PEM), and for Slack's incoming webhook
SANDBOX_SLACK_WEBHOOK="team/bot/secret" (without it every webhook's address is taken).
"""

import argparse
import logging
import os
import shutil
import signal
import sys
from pathlib import Path

import pygit2

from sandbox.app_registration import FORM_PATHS
from sandbox.github.accounts import Accounts
from sandbox.github.app import build_app
from sandbox.github.app_authentication import AppKey
from sandbox.github.state import GitHub
from sandbox.loopback import listen, serve
from sandbox.request_log import RequestLog
from sandbox.seed import seed
from sandbox.slack import Slack

_OBJECTS_BYTES = 8_000_000  # of commits and trees; libgit2 itself would keep 256 MB


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    # uvicorn raises the signal again when it has stopped: then the rest must stop too.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    options = _parser().parse_args()
    _clear(options.home)
    pygit2.settings.cache_max_size(_OBJECTS_BYTES)
    accounts = Accounts(os.environ.get("SANDBOX_TOKENS", ""))
    github = GitHub(options.home, accounts, _app_key())
    slack = _slack(github)
    seed(github, options.repo, options.seed, options.workflows, options.branch)
    with listen(options.port) as listener:
        port = listener.getsockname()[1]
        github.url = f"http://127.0.0.1:{port}"
        (options.home / "port").write_text(f"{port}\n", encoding="utf-8")
        github.start()
        try:
            serve(build_app(github, RequestLog(), slack), listener, FORM_PATHS)
        finally:
            github.stop()


def _clear(home: Path) -> None:
    """Remove what an earlier run left: all state is made anew at each start."""
    for name in ("git", "workflows", "runs"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "port").unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)


def _slack(github: GitHub) -> Slack:
    try:
        return Slack(github.faults, os.environ.get("SANDBOX_SLACK_WEBHOOK", ""))
    except ValueError as error:
        sys.exit(f"sandbox: SANDBOX_SLACK_WEBHOOK: {error}")


def _app_key() -> AppKey | None:
    app_id, public_key = (os.environ.get(f"SANDBOX_APP_{name}") for name in ("ID", "PUBLIC_KEY"))
    return AppKey(int(app_id), public_key) if app_id and public_key else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="0 picks a free one")
    parser.add_argument("--home", type=Path, required=True, help="where all state is kept")
    parser.add_argument("--repo", default="acme/shiploop-docs", help="owner/name to make")
    parser.add_argument(
        "--seed", type=Path, help="directory of the first commit's files, or a bare repository"
    )
    parser.add_argument("--branch", default="main", help="its default branch")
    parser.add_argument("--workflows", type=Path, help="directory of its workflow files")
    return parser


if __name__ == "__main__":
    main()
