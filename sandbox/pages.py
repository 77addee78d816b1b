"""Pages for people at the `html_url`s: the repository, pull requests, commits and issues.

Everything that somebody wrote is escaped, and nothing is loaded from elsewhere.
"""

from collections.abc import Callable, Iterable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.github import check_states, mergeability
from sandbox.github.entities import Issue, PullRequest, Repository
from sandbox.github.git_repository import ChangedFile
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #777; --good: #2a8a47; --bad: #d1343c }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin-top: 2rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line);
      border-radius: 6px; padding: .75rem; font: 13px/1.5 ui-monospace, monospace }
.quiet { color: var(--quiet) } .success, ins { color: var(--good) }
.failure, del { color: var(--bad) } ins, del { text-decoration: none }
"""
_RECENT = 50
Render = Callable[[Repository, str], str | None]


def routes(github: GitHub) -> list[Route]:
    """Return the routes of the pages."""
    return [
        Route("/{owner}/{repo}/pull/{key}", _endpoint(github, _pull)),
        Route("/{owner}/{repo}/issues/{key}", _endpoint(github, _issue)),
        Route("/{owner}/{repo}/commit/{key}", _endpoint(github, _commit)),
        Route("/{owner}/{repo}", _endpoint(github, _repository)),
    ]


def _endpoint(github: GitHub, render: Render) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        path = request.path_params
        with github.lock:
            repository = github.find_repository(path["owner"], path["repo"])
            html = repository and render(repository, path.get("key", ""))
        if not html:
            return HTMLResponse(_page("Not found", "<p>There is nothing here.</p>"), 404, _HEADERS)
        return HTMLResponse(html, 200, _HEADERS)

    return serve


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def _pull(repository: Repository, key: str) -> str | None:
    pull = repository.pulls.get(int(key)) if key.isdecimal() else None
    if pull is None:
        return None
    return _page(
        f"{pull.title} #{pull.number}",
        f"<p>{_state(pull)} · {escape(pull.author.login)} wants to merge "
        f"<code>{escape(pull.head_ref)}</code> into <code>{escape(pull.base_ref)}</code></p>"
        + _merge_note(repository, pull)
        + f"<pre>{escape(pull.body) or 'No description.'}</pre>"
        + _comments(pull)
        + f"<h2>Checks</h2>{_checks(repository, pull.head_sha)}"
        + f"<h2>Changes</h2>{_diff(mergeability.files(repository, pull))}",
    )


def _state(issue: Issue) -> str:
    if isinstance(issue, PullRequest) and issue.merged:
        return '<b class="success">Merged</b>'
    return "<b>Open</b>" if issue.open else '<b class="failure">Closed</b>'


def _merge_note(repository: Repository, pull: PullRequest) -> str:
    if pull.merge_commit_sha is None:
        return ""
    return f"<p>Merged as {_commit_link(repository, pull.merge_commit_sha)}.</p>"


def _commit_link(repository: Repository, sha: str) -> str:
    href = escape(f"/{repository.full_name}/commit/{sha}", quote=True)
    return f'<a href="{href}"><code>{sha[:7]}</code></a>'


def _comments(issue: Issue) -> str:
    return "".join(
        f'<p class="quiet">{escape(comment.author.login)}, {timestamp(comment.created_at)}</p>'
        f"<pre>{escape(comment.body)}</pre>"
        for comment in issue.comments
    )


def _checks(repository: Repository, sha: str) -> str:
    lines = [
        f'<li class="{run.conclusion or "quiet"}">{escape(run.name)}: '
        f"{run.conclusion or run.status}</li>"
        for run in check_states.latest_runs(repository, sha)
    ]
    return f"<ul>{''.join(lines)}</ul>" if lines else '<p class="quiet">None.</p>'


def _diff(files: Iterable[ChangedFile]) -> str:
    return "".join(
        f"<p><code>{escape(file.path)}</code> <ins>+{file.additions}</ins> "
        f"<del>−{file.deletions}</del></p><pre>{_patch(file.patch)}</pre>"
        for file in files
    )


def _patch(patch: str) -> str:
    tags = {"+": "ins", "-": "del"}
    lines = [(tags.get(line[:1], "span"), escape(line)) for line in patch.splitlines()]
    return "\n".join(f"<{tag}>{line}</{tag}>" for tag, line in lines)


def _issue(repository: Repository, key: str) -> str | None:
    issue = repository.issue(int(key)) if key.isdecimal() else None
    if issue is None:
        return None
    labels = ", ".join(escape(label.name) for label in issue.labels)
    return _page(
        f"{issue.title} #{issue.number}",
        f"<p>{_state(issue)} · {escape(issue.author.login)} · {timestamp(issue.created_at)}"
        f"{' · ' + labels if labels else ''}</p>"
        f"<pre>{escape(issue.body) or 'No description.'}</pre>{_comments(issue)}",
    )


def _commit(repository: Repository, key: str) -> str | None:
    if not repository.git.has_commit(key):
        return None
    commit = repository.git.commit_object(key)
    headline, _, body = commit.message.partition("\n")
    parents = [str(parent) for parent in commit.parent_ids]
    files = repository.git.changed_files(parents[0], key) if parents else ()
    return _page(
        headline,
        f"<p><code>{key}</code> · {escape(commit.author.name)} · after "
        f"{', '.join(_commit_link(repository, sha) for sha in parents) or 'nothing'}</p>"
        f"<pre>{escape(body.strip())}</pre><h2>Checks</h2>{_checks(repository, key)}"
        f"<h2>Changes</h2>{_diff(files)}",
    )


def _repository(repository: Repository, _key: str) -> str:
    root = escape(f"/{repository.full_name}", quote=True)
    pulls = sorted(repository.pulls.values(), key=lambda pull: -pull.number)[:_RECENT]
    lines = [
        f'<li>{_state(pull)} <a href="{root}/pull/{pull.number}">{escape(pull.title)}</a></li>'
        for pull in pulls
    ]
    return _page(repository.full_name, f"<h2>Pull requests</h2><ul>{''.join(lines)}</ul>")
