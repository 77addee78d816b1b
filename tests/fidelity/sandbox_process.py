"""The sandbox GitHub as a process, and a receiver for its webhooks."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fidelity.tour import APP_ID
from tests.fidelity.tourist import DEADLINE_S
from tests.until import until

ROOT = Path(__file__).resolve().parents[2]
_TOKENS = "bot:shiploop-bot:write,ada:ada:admin,eve:eve:read"
_WORKFLOW = """\
name: FAQ
on: [pull_request]
jobs:
  faq-gate:
    runs-on: ubuntu-latest
    steps:
      - run: exit 0
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook as it arrived."""

    event: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """Takes every webhook."""

    url: str
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AppKeys:
    """A GitHub App's key pair (PEM)."""

    private: str
    public: str

    @classmethod
    def generate(cls) -> "AppKeys":
        """Make a new pair."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(private.decode(), public.decode())


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive webhooks on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event = self.headers["X-GitHub-Event"]
            receiver.deliveries.append(Delivery(event, dict(self.headers.items()), body))
            self.send_response(202)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running_sandbox(home: Path, app_keys: AppKeys) -> Iterator[str]:
    """Run a sandbox GitHub over a small repository and yield its address."""
    (home / "seed/docs").mkdir(parents=True)
    (home / "seed/README.md").write_text("# Docs\n")
    (home / "seed/docs/FAQ.md").write_text("# FAQ\n\n## Is there a question?\n\nThis one.\n")
    (home / "workflows").mkdir()
    (home / "workflows/faq.yml").write_text(_WORKFLOW)
    environment = {
        "PATH": os.environ["PATH"],
        "SANDBOX_TOKENS": _TOKENS,
        "SANDBOX_APP_ID": str(APP_ID),
        "SANDBOX_APP_PUBLIC_KEY": app_keys.public,
    }
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--home", str(home / "state")]
    command += ["--repo", "acme/shiploop-docs", "--seed", str(home / "seed")]
    command += ["--workflows", str(home / "workflows")]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    port = home / "state/port"
    try:
        text = until(
            lambda: port.read_text() if port.exists() else "", lambda text: "\n" in text, DEADLINE_S
        )
        yield f"http://127.0.0.1:{text.strip()}"
    finally:
        process.terminate()
        process.wait(timeout=10)
