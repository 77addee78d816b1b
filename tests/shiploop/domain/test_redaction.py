"""Secrets are hidden, and nothing else is."""

import pytest

from shiploop.domain.redaction import Redaction


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    redact = Redaction(["hunter2-hunter2", "hunter2-hunter2-longer"])
    assert redact("a hunter2-hunter2-longer b hunter2-hunter2") == "a [hidden] b [hidden]"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"token ghs_{'a1' * 18} ok", "token [hidden] ok"),
        (f"github_pat_{'a_1' * 20}", "[hidden]"),
        ("key sk-proj-abcdefgh12345678", "key [hidden]"),
        ("redis://user:p%40ss@host:6379/0", "redis://[hidden]@host:6379/0"),
        ("redis://:pass@host", "redis://[hidden]@host"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [hidden]"),
        (
            "https://hooks.slack.com/services/T0/B0/xyz!",
            "https://hooks.slack.com/services/[hidden]!",
        ),
    ],
)
def test_what_has_the_shape_of_a_secret_is_hidden(text: str, hidden: str) -> None:
    assert Redaction([])(text) == hidden


def test_a_private_key_is_hidden_even_when_it_is_cut_short() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n"
    assert "MII" not in Redaction([])(f"key: {key}")
    assert Redaction([])(f"{key}-----END RSA PRIVATE KEY----- after").endswith(" after")


@pytest.mark.parametrize(
    "text",
    ["", "http://127.0.0.1:8000/docs", "bearer of news", "task-1 at 10:30", "mail a:b@c", "skills"],
)
def test_everything_else_stays(text: str) -> None:
    assert Redaction(["", "a", "short"])(text) == text
