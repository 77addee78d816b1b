"""Tables, badges and links as HTML that is safe, and readable on a narrow screen too."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final, NewType
from urllib.parse import urlencode, urlsplit

from dashboard.formatting import Tone
from dashboard.theme import TONES

Html = NewType("Html", str)

# Streamlit sets `color-scheme`, which `light-dark()` goes by.
_TONES: Final = "".join(
    f".ship-{tone} {{ color: light-dark({each.light_text}, {each.dark_text});"
    f" background: light-dark({each.light_ground}, {each.dark_ground}); }}\n"
    for tone, each in TONES.items()
)
STYLE: Final = (
    f"<style>{_TONES}"
    + """
.block-container { max-width: 80rem; padding-top: 4.5rem; padding-bottom: 3rem; }
[data-testid="stMetric"] div:has(> [data-testid="stMetricDelta"]) { flex-wrap: wrap; }
[data-testid="stMetric"] * { white-space: normal; }
.ship { width: 100%; border-collapse: collapse; font-size: 0.9rem; line-height: 1.5; }
.ship th { text-align: left; font-weight: 600; font-size: 0.8rem; opacity: 0.75;
  white-space: nowrap; }
.ship th, .ship td { padding: 0.5rem 1.2rem 0.5rem 0; vertical-align: top; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  overflow-wrap: anywhere; }
.ship tr:last-child td { border-bottom: 0; }
.ship .num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.ship th:last-child, .ship td:last-child { padding-right: 0; }
.ship a, .ship-ways a { color: light-dark(#1d4ed8, #8fb8ff); text-decoration: none; }
[data-testid="stHtml"] .ship-facts { padding: 0; }
.ship-facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.5rem;
  font-size: 0.9rem; margin: 0; }
.ship-facts dt { opacity: 0.75; }
.ship-facts dd { margin: 0; overflow-wrap: anywhere; }
.ship-ways { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; align-items: center; }
.ship-title { font-size: 1.5rem; font-weight: 700; margin: 0; overflow-wrap: anywhere; }
.ship-head { display: flex; justify-content: space-between; align-items: center; gap: 0.7rem; }
.ship-muted { opacity: 0.75; font-size: 0.9rem; }
.ship a:hover, .ship-ways a:hover { text-decoration: underline; }
.ship .links a { margin-right: 0.7rem; white-space: nowrap; }
.ship-badge { display: inline-block; padding: 0.05rem 0.5rem; border-radius: 0.5rem;
  font-size: 0.8rem; font-weight: 600; white-space: nowrap; }
@media (max-width: 640px) {
  .st-key-cards [data-testid="stHorizontalBlock"] { gap: 0.75rem; }
  .st-key-cards [data-testid="stColumn"] { min-width: calc(50% - 0.5rem);
    flex: 1 1 calc(50% - 0.5rem); }
  .block-container { padding-left: 1rem; padding-right: 1rem; }
  .ship thead { display: none; }
  .ship, .ship tbody { display: block; }
  .ship tr { display: block; padding: 0.6rem 0;
    border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
  .ship tr:last-child { border-bottom: 0; }
  .ship td, .ship .num { display: flex; justify-content: space-between; gap: 1rem; border: 0;
    padding: 0.1rem 0; text-align: right; white-space: normal; }
  .ship td::before { content: attr(data-name); opacity: 0.75; text-align: left;
    white-space: nowrap; }
  .ship td:first-child { font-weight: 600; text-align: left; }
  .ship td:first-child::before { content: none; }
  .ship td:empty { display: none; }
  .ship .links a { margin: 0 0 0 0.7rem; }
}
</style>"""
)


def text(words: object) -> Html:
    """Text that shows as it stands, whatever it holds."""
    return Html(escape(str(words)))


def badge(words: str, tone: Tone) -> Html:
    """A state: its word, and a colour that says the same."""
    return Html(f'<span class="ship-badge ship-{tone}">{escape(words)}</span>')


def link(url: str, label: str) -> Html:
    """A link to another page; plain text when it is no address of the web."""
    if urlsplit(url).scheme not in ("http", "https"):
        return text(label)
    return Html(f'<a href="{escape(url)}">{escape(label)}</a>')


def view_link(label: str, **query: str) -> Html:
    """A link to another view of this page."""
    return Html(f'<a href="?{escape(urlencode(query))}">{escape(label)}</a>')


def run_link(task_id: str, label: str) -> Html:
    """A link to a run on the page of the runs."""
    query = urlencode({"task": task_id})
    return Html(f'<a href="/runs?{escape(query)}">{escape(label)}</a>')


def ways(*links: Html) -> Html:
    """Links to where one may go from here."""
    return Html(f'<nav class="ship-ways">{"".join(links)}</nav>')


def joined(parts: Iterable[Html]) -> Html:
    """Parts beside each other."""
    return Html(" ".join(parts))


def facts(told: Mapping[str, str]) -> Html:
    """Names, each with its value beside it."""
    pairs = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in told.items())
    return Html(f'<dl class="ship-facts">{"".join(pairs)}</dl>')


def table(columns: Sequence[str], rows: Iterable[Sequence[Html]]) -> Html:
    """A table; a column whose name begins with `#` holds numbers, one with `@` links.

    On a narrow screen each row becomes a block, headed by its first cell.
    """
    named = [(column.lstrip("#@"), _class(column)) for column in columns]
    head = "".join(f"<th{css}>{escape(name)}</th>" for name, css in named)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{css} data-name="{escape(name)}">{_block(cell)}</td>'
            for (name, css), cell in zip(named, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return Html(f'<table class="ship"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def _block(cell: Html) -> str:
    # One block, however many parts it has. A narrow screen leaves out what is empty.
    return f"<div>{cell}</div>" if cell else ""


def _class(column: str) -> str:
    return {"#": ' class="num"', "@": ' class="links"'}.get(column[:1], "")
