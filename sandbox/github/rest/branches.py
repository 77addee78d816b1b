"""Branches.

Source: https://docs.github.com/en/rest/branches/branches
"""

from typing import Any

from sandbox.github.payloads import commits, repositories
from sandbox.github.refs import BRANCHES
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_BRANCHES = "/repos/{owner}/{repo}/branches"


def _list(call: Call) -> Reply:
    names = [ref.removeprefix(BRANCHES) for ref in call.repository.git.refs(BRANCHES)]
    if (protected := call.query.get("protected")) is not None:
        wanted = protected == "true"
        names = [name for name in names if (name in call.repository.protections) == wanted]
    return Reply(200, [_short(call, name) for name in call.page(names)])


def _short(call: Call, name: str) -> dict[str, Any]:
    sha = call.repository.git.sha(f"{BRANCHES}{name}")
    url = repositories.api_url(call.github, call.repository, f"/commits/{sha}")
    return {
        "name": name,
        "commit": {"sha": sha, "url": url},
        "protected": name in call.repository.protections,
    }


def _get(call: Call) -> Reply:
    name, repository = call.path["branch"], call.repository
    sha = repository.git.sha(f"{BRANCHES}{name}")
    if sha is None:
        raise not_found("Branch not found")
    url = repositories.api_url(call.github, repository, f"/branches/{name}")
    protection = repository.protections.get(name)
    required = {
        "enforcement_level": "off" if protection is None else "non_admins",
        "contexts": [] if protection is None else list(protection.contexts),
        "checks": [],
    }
    return Reply(
        200,
        {
            "name": name,
            "commit": commits.commit(call.github, repository, sha),
            "_links": {
                "self": url,
                "html": repositories.web_url(call.github, repository, f"/tree/{name}"),
            },
            "protected": protection is not None,
            "protection": {
                "enabled": protection is not None,
                "required_status_checks": required,
            },
            "protection_url": f"{url}/protection",
        },
    )


OPERATIONS = (
    Operation("GET", _BRANCHES, _list),
    Operation("GET", f"{_BRANCHES}/{{branch:path}}", _get),
)
