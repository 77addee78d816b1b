"""People, bots and apps."""

from typing import Any

from sandbox.github.accounts import Access, Account
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub

_KINDS = {"User": "U", "Bot": "BOT", "Organization": "O"}
_URLS = {
    "url": "",
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def user(github: GitHub, account: Account) -> dict[str, Any]:
    """Return `simple-user`."""
    urls = {name: f"{github.url}/users/{account.login}{path}" for name, path in _URLS.items()}
    return urls | {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(_KINDS[account.kind], account.id),
        "avatar_url": f"{github.url}/avatars/u/{account.id}",
        "gravatar_id": "",
        "html_url": f"{github.url}/{account.login}",
        "type": account.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def public_user(github: GitHub, account: Account) -> dict[str, Any]:
    """Return `public-user`, what a token sees of its owner."""
    empty = ("name", "company", "location", "email", "hireable", "bio", "twitter_username")
    return user(github, account) | {
        **dict.fromkeys(empty),
        "blog": "",
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": timestamp(github.started_at),
        "updated_at": timestamp(github.started_at),
    }


def permissions(account: Account | None) -> dict[str, bool]:
    """Return what somebody may do in the repository."""
    access = Access.READ if account is None else account.access
    return {
        "admin": access >= Access.ADMIN,
        "maintain": access >= Access.ADMIN,
        "push": access >= Access.WRITE,
        "triage": access >= Access.WRITE,
        "pull": access >= Access.READ,
    }


def app(github: GitHub, app_id: int, slug: str, owner: Account) -> dict[str, Any]:
    """Return `integration`."""
    return {
        "id": app_id,
        "slug": slug,
        "node_id": node_id("A", app_id),
        "owner": user(github, owner),
        "name": slug,
        "description": "",
        "external_url": github.url,
        "html_url": f"{github.url}/apps/{slug}",
        "created_at": timestamp(github.started_at),
        "updated_at": timestamp(github.started_at),
        "permissions": dict(APP_PERMISSIONS),
        "events": ["check_run", "pull_request", "push"],
    }


APP_PERMISSIONS = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "deployments": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
}
