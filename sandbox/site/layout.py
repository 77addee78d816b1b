"""The HTML around a page: one look, light and dark, nothing loaded from elsewhere."""

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape

from sandbox.site.markdown import Heading, RenderedPage

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2128; --soft: #57606a; --paper: #fff; --tint: #f3f5f8;
  --line: #d8dee4; --accent: #0a58b5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --soft: #9aa4af; --paper: #14181d;
  --tint: #1d232b; --line: #333b45; --accent: #7ab4ff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1.25rem 3rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.65 system-ui, "Noto Sans CJK TC", "Noto Sans CJK JP",
  sans-serif; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 1rem 0;
  border-bottom: 1px solid var(--line); }
header strong { margin-right: auto; }
.page { display: grid; gap: 1.5rem; margin-top: 1.5rem; }
nav.contents { max-height: 40vh; overflow: auto; padding: .75rem 1rem; font-size: .9rem;
  background: var(--tint); border-radius: .5rem; }
nav.contents p { margin: 0 0 .35rem; font-weight: 600; }
nav.contents ul { margin: 0; padding: 0; list-style: none; }
nav.contents li { padding: .15rem 0; line-height: 1.4; }
nav.contents .deep { padding-left: 1rem; }
nav.contents a { color: inherit; text-decoration: none; }
nav.contents a:hover { color: var(--accent); text-decoration: underline; }
main { min-width: 0; max-width: 46rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .75rem; }
h1 { margin-top: 0; font-size: 1.9rem; }
h2 { padding-top: 1.25rem; font-size: 1.3rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; }
:target { color: var(--accent); }
p, ul, ol, pre, table, blockquote { margin: 0 0 1rem; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em;
  background: var(--tint); border-radius: .3rem; }
code { padding: .1em .3em; }
pre { padding: .85rem 1rem; overflow-x: auto; line-height: 1.45; overflow-wrap: normal; }
pre code { padding: 0; background: none; font-size: 1em; }
table { display: block; overflow-x: auto; border-collapse: collapse; overflow-wrap: normal; }
th, td { padding: .4rem .75rem; border: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { background: var(--tint); }
blockquote { padding-left: 1rem; color: var(--soft); border-left: .2rem solid var(--line); }
footer { margin-top: 3rem; padding-top: 1rem; color: var(--soft); font-size: .85rem;
  border-top: 1px solid var(--line); }
@media (min-width: 60rem) {
  .page:has(nav.contents) { grid-template-columns: 17rem minmax(0, 1fr); gap: 3rem; }
  nav.contents { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); }
}
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_LANGUAGE_FOLDER = re.compile(r"^docs/([a-z]{2}(?:-[A-Z]{2})?)/")


def document_page(path: str, page: RenderedPage, footer: str) -> str:
    """Lay out one page of the repository."""
    language = _LANGUAGE_FOLDER.match(path)
    contents = _contents(page.headings)
    main = f"{contents}<main>{page.body}</main>"
    return _document(page.title, main, footer, language[1] if language else "en")


def index_page(title: str, pages: Iterable[tuple[str, str]], footer: str) -> str:
    """Lay out the front page: a link to each (route, title)."""
    items = "".join(
        f'<li><a href="{escape(route)}">{escape(text)}</a></li>' for route, text in pages
    )
    main = f"<main><h1>{escape(title)}</h1><ul>{items}</ul></main>"
    return _document(title, main, footer, "en")


def error_page(title: str, explanation: str) -> str:
    """Lay out a page that says what went wrong."""
    main = f"<main><h1>{escape(title)}</h1><p>{escape(explanation)}</p></main>"
    return _document(title, main, "", "en")


def _contents(headings: tuple[Heading, ...]) -> str:
    listed = [heading for heading in headings if heading.level in (2, 3)]
    if len(listed) < 2:
        return ""
    top = min(heading.level for heading in listed)
    items = "".join(
        f"<li{'' if heading.level == top else ' class=deep'}>"
        f'<a href="#{escape(heading.anchor)}">{escape(heading.text)}</a></li>'
        for heading in listed
    )
    return f'<nav class="contents" aria-label="Contents"><p>Contents</p><ul>{items}</ul></nav>'


def _document(title: str, main: str, footer: str, language: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        '<header><strong><a href="/">Documentation</a></strong><a href="/faq">FAQ</a></header>'
        f'<div class="page">{main}</div><footer>{footer}</footer></body></html>\n'
    )
