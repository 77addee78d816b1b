"""Pages for people at the `html_url`s: the repository, pull requests, commits and issues.

Everything that somebody wrote is escaped, and nothing is loaded from elsewhere.
"""

from collections.abc import Callable, Iterable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.github import check_states, mergeability
from sandbox.github.diffs import ChangedFile
from sandbox.github.entities import Issue, PullRequest, Repository
from sandbox.github.payloads import commits
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2128; --paper: #fff; --tint: #f3f5f8; --line: #d8dee4;
  --quiet: #57606a; --accent: #0a58b5; --good: #1a7f37; --bad: #c4232b }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --paper: #14181d; --tint: #1d232b;
  --line: #333b45; --quiet: #9aa4af; --accent: #7ab4ff; --good: #57c878; --bad: #ff7b72 } }
* { box-sizing: border-box }
body { max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; color: var(--ink);
  background: var(--paper); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
header { padding: 1rem 0; margin-bottom: 1.5rem; border-bottom: 1px solid var(--line) }
a { color: var(--accent); text-underline-offset: .15em }
h1 { font-size: 1.5rem; line-height: 1.3 } h2 { font-size: 1.1rem; margin-top: 2rem }
ul { padding-left: 1.25rem }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em }
code { padding: .1em .3em; border-radius: .3rem; background: var(--tint) }
pre { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .4rem;
  line-height: 1.5; white-space: pre-wrap }
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
            missing = _page(None, "Not found", "<p>There is nothing here.</p>")
            return HTMLResponse(missing, 404, _HEADERS)
        return HTMLResponse(html, 200, _HEADERS)

    return serve


def _page(repository: Repository | None, title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{_header(repository)}<h1>{escape(title)}</h1>{body}</body></html>"
    )


def _header(repository: Repository | None) -> str:
    if repository is None:
        return ""
    name = escape(repository.full_name, quote=True)
    return f'<header><a href="/{name}">{name}</a></header>'


def _pull(repository: Repository, key: str) -> str | None:
    pull = repository.pulls.get(int(key)) if key.isdecimal() else None
    if pull is None:
        return None
    return _page(
        repository,
        f"{pull.title} #{pull.number}",
        f"<p>{_state(pull)} · <code>{escape(pull.head_ref)}</code> into "
        f"<code>{escape(pull.base_ref)}</code>{_merge_note(repository, pull)}, "
        f"opened by {escape(pull.author.login)}</p>"
        f"<pre>{escape(pull.body) or 'No description.'}</pre>"
        + _comments(pull)
        + f"<h2>Checks</h2>{_checks(repository, pull.head_sha)}"
        + f"<h2>Changes</h2>{_diff(mergeability.files(repository, pull))}",
    )


def _state(issue: Issue) -> str:
    if isinstance(issue, PullRequest) and issue.merged:
        return '<b class="success">Merged</b>'
    if not issue.open:
        return '<b class="failure">Closed</b>'
    return "<b>Draft</b>" if isinstance(issue, PullRequest) and issue.draft else "<b>Open</b>"


def _merge_note(repository: Repository, pull: PullRequest) -> str:
    if pull.merge_commit_sha is None:
        return ""
    return f" as {_commit_link(repository, pull.merge_commit_sha)}"


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
    tags = {"+": "<ins>{}</ins>", "-": "<del>{}</del>", "@": '<span class="quiet">{}</span>'}
    lines = [tags.get(line[:1], "{}").format(escape(line)) for line in patch.splitlines()]
    return "\n".join(lines)


def _issue(repository: Repository, key: str) -> str | None:
    issue = repository.issue(int(key)) if key.isdecimal() else None
    if issue is None:
        return None
    labels = ", ".join(escape(label.name) for label in issue.labels)
    return _page(
        repository,
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
    files = commits.changed_files(repository, key)
    return _page(
        repository,
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
    return _page(
        repository, repository.full_name, f"<h2>Pull requests</h2><ul>{''.join(lines)}</ul>"
    )
