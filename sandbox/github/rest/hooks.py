"""Webhooks of a repository.

Source: https://docs.github.com/en/rest/repos/webhooks
"""

from typing import Any

from sandbox.github import webhooks
from sandbox.github.accounts import Access
from sandbox.github.entities import Hook
from sandbox.github.payloads import repositories as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, invalid, not_found

_HOOKS = "/repos/{owner}/{repo}/hooks"
_HOOK = f"{_HOOKS}/{{id}}"


def _find(call: Call) -> Hook:
    found = call.repository.hooks.get(call.number("id"))
    if found is None:
        raise not_found()
    return found


def _payload(call: Call, hook: Hook) -> dict[str, Any]:
    deliveries = call.github.deliveries.recent(hook)
    return payloads.hook(call.github, call.repository, hook, deliveries)


def _list(call: Call) -> Reply:
    return Reply(
        200, [_payload(call, hook) for hook in call.page([*call.repository.hooks.values()])]
    )


def _create(call: Call) -> Reply:
    url, secret = _config(call, None)
    if any(hook.url == url for hook in call.repository.hooks.values()):
        message = "Hook already exists on this repository"
        error = {"resource": "Hook", "code": "custom", "message": message}
        raise RefusedError(Reason.UNPROCESSABLE, message, (error,))
    now = call.github.now()
    hook = Hook(
        id=call.github.next_id(),
        url=url,
        secret=secret,
        events=call.texts("events") or ("push",),
        created_at=now,
        updated_at=now,
        active=call.flag("active", True),
    )
    call.repository.hooks[hook.id] = hook
    webhooks.ping(call.github, call.repository, hook, call.actor)
    return Reply(201, _payload(call, hook))


def _config(call: Call, hook: Hook | None) -> tuple[str, str | None]:
    config = call.body.get("config")
    if config is None and hook is not None:
        return hook.url, hook.secret
    if not isinstance(config, dict) or not isinstance(config.get("url"), str):
        raise invalid('"config" must be an object with a "url".')
    if config.get("content_type", "form") != "json":
        message = "Only webhooks with the content_type 'json' are modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    return config["url"], config.get("secret")


def _get(call: Call) -> Reply:
    return Reply(200, _payload(call, _find(call)))


def _update(call: Call) -> Reply:
    hook = _find(call)
    hook.url, hook.secret = _config(call, hook)
    hook.events = call.texts("events") or hook.events
    hook.active = call.flag("active", hook.active)
    hook.updated_at = call.github.now()
    return Reply(200, _payload(call, hook))


def _delete(call: Call) -> Reply:
    del call.repository.hooks[_find(call).id]
    return Reply(204)


def _deliveries(call: Call) -> Reply:
    deliveries = call.page(list(call.github.deliveries.recent(_find(call))))
    return Reply(200, [payloads.delivery(delivery) for delivery in deliveries])


OPERATIONS = (
    Operation("GET", _HOOKS, _list, Access.ADMIN),
    Operation("POST", _HOOKS, _create, Access.ADMIN),
    Operation("GET", _HOOK, _get, Access.ADMIN),
    Operation("PATCH", _HOOK, _update, Access.ADMIN),
    Operation("DELETE", _HOOK, _delete, Access.ADMIN),
    Operation("GET", f"{_HOOK}/deliveries", _deliveries, Access.ADMIN),
)
