"""Many clients at once, against a server that takes the first questions and refuses the rest."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load import post_all

TAKEN = 30


class Door(ThreadingHTTPServer):
    """Knows what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ask)
        self.asked: list[str] = []
        self.lock = threading.Lock()


class Ask(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))["question"]
        with self.server.lock:
            self.server.asked.append(question)
            taken = len(self.server.asked) <= TAKEN
        body = json.dumps({"task_id": question} if taken else {"title": "Too many"}).encode()
        self.send_response(202 if taken else 429)
        self.send_header("content-length", str(len(body)))
        if not taken:
            self.send_header("retry-after", "7")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_every_question_is_asked_once_and_every_answer_is_kept(door: Door) -> None:
    questions = [f"What is {number}?" for number in range(50)]
    replies = post_all(f"http://127.0.0.1:{door.server_port}", questions, clients=8)
    assert Counter(door.asked) == Counter(questions)
    assert Counter(reply.status for reply in replies) == {202: TAKEN, 429: 50 - TAKEN}
    assert {reply.task_id for reply in replies if reply.task_id} == set(door.asked[:TAKEN])
    assert all(reply.retry_after == "7" for reply in replies if reply.status == 429)
    assert all(reply.ms > 0 for reply in replies)
