"""Slack: says something in the channel of one incoming webhook.

Source: https://api.slack.com/messaging/webhooks and, for what is escaped,
https://docs.slack.dev/messaging/formatting-message-text
"""

import re

import httpx

from shiploop.errors import SlackRefused, SlackUnavailable

_LONGEST_TEXT = 4000  # Slack cuts at 40,000, and escaped it may be five times as long
_CUT = " […]"
_REASON = re.compile(r"[a-z_]{1,40}")  # such as `no_service`
_TRY_AGAIN = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


class Slack:
    """One channel. The webhook's URL is a password: it is in no error of ours."""

    name = "Slack"

    def __init__(self, http: httpx.Client, webhook_url: str) -> None:
        self._http = http
        self._webhook_url = webhook_url

    def say(self, text: str) -> None:
        """Post a text as it stands: it mentions nobody, and links are Slack's own doing.

        Raises SlackUnavailable and SlackRefused.
        """
        try:
            reply = self._http.post(self._webhook_url, json={"text": _escaped(text)})
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            # Without the cause, which may quote the URL.
            raise SlackRefused("SLACK_WEBHOOK_URL is not a URL") from None
        except httpx.HTTPError as error:
            raise SlackUnavailable(f"Slack did not answer: {type(error).__name__}") from error
        if reply.is_success:
            return
        if reply.is_server_error or reply.status_code in _TRY_AGAIN:
            raise SlackUnavailable(_said(reply), retry_after_s=_retry_after_s(reply))
        raise SlackRefused(_said(reply))


def _escaped(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - len(_CUT)] + _CUT
    # What is struck out may begin in one text and end in the next: both are of several texts.
    text = text.replace("~", "～")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _said(reply: httpx.Response) -> str:
    # Anything longer is some proxy's page, which may repeat the URL.
    reason = reply.text if _REASON.fullmatch(reply.text) else "no reason given"
    return f"Slack answered {reply.status_code}: {reason}"


def _retry_after_s(reply: httpx.Response) -> float | None:
    seconds = reply.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else None
