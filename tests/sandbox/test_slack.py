"""Slack's incoming webhooks: what is taken, and how the rest is refused."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.faults import Faults
from sandbox.slack import Slack, routes

WEBHOOK = "T000/B000/XXXX"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def slack() -> Slack:
    return Slack(Faults(), WEBHOOK)


def _post(slack: Slack, path: str = WEBHOOK, **request: Any) -> httpx.Response:
    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=routes(slack)))
        async with httpx.AsyncClient(transport=transport, base_url="http://slack") as client:
            return await client.post(f"/services/{path}", **request)

    return asyncio.run(post())


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"text": "Production is healthy"}, "Production is healthy"),
        ({"text": "生產環境 <https://example.org|正常>"}, "生產環境 <https://example.org|正常>"),
        ({"blocks": [{"type": "divider"}]}, None),
        ({"attachments": [{"fallback": "An incident"}]}, None),
    ],
)
def test_a_message_is_ok_and_kept_as_it_came(
    slack: Slack, payload: dict[str, Any], text: str | None
) -> None:
    answer = _post(slack, json=payload)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["content-type"].startswith("text/plain")
    (message,) = slack.messages()
    assert (message.text, message.payload) == (text, payload)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "invalid_payload"),
        (b"text", "invalid_payload"),
        (b"\xff", "invalid_payload"),
        (b'["text"]', "invalid_payload"),
        (b'{"text": 7}', "invalid_payload"),
        (b'{"text": "Both", "blocks": {}}', "invalid_payload"),
        (b"{}", "no_text"),
        (b'{"text": ""}', "no_text"),
        (b'{"text": null, "blocks": []}', "no_text"),
    ],
)
def test_what_is_no_message_is_400(slack: Slack, content: bytes, reason: str) -> None:
    answer = _post(slack, content=content, headers=JSON)
    assert (answer.status_code, answer.text) == (400, reason)
    assert slack.messages() == ()


@pytest.mark.parametrize("path", ["T000/B000/YYYY", "T001/B000/XXXX", "T000/B001/XXXX"])
def test_another_address_than_the_webhooks_is_404(slack: Slack, path: str) -> None:
    answer = _post(slack, path, json={"text": "Hello"})
    assert (answer.status_code, answer.text) == (404, "no_service")
    assert slack.messages() == ()


def test_without_a_webhook_of_its_own_it_takes_any() -> None:
    slack = Slack(Faults())
    for path in ("T1/B1/X1", "T2/B2/X2"):
        assert _post(slack, path, json={"text": path}).text == "ok"
    assert [message.text for message in slack.messages()] == ["T1/B1/X1", "T2/B2/X2"]


def test_forms_are_not_modelled(slack: Slack) -> None:
    answer = _post(slack, content=b"payload=%7B%7D", headers=FORM)
    assert answer.status_code == 501
    answer = _post(slack, content=b'{"text": "Hello"}', headers=FORM)
    assert (answer.status_code, answer.text) == (400, "invalid_payload")


@pytest.mark.parametrize("webhook", ["T000", "T000/B000", "T000/B000/XXXX/", "T000//XXXX"])
def test_a_webhook_of_another_form_is_refused(webhook: str) -> None:
    with pytest.raises(ValueError, match="team/bot/secret"):
        Slack(Faults(), webhook)
