"""An entry is seen on a page as a reader sees it, whatever generator has built the page."""

import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.production.reading import Place, letters_of, read_page

QUESTION: Final = "How do I stop it?"
ANSWER: Final = ("Press the red button — it's there:", "stop --now", "Then wait.")
BUTTONS: Final = '<button class="copy">Copy</button>'
PLAIN: Final = "<p>Press the red button — it's there:</p><pre><code>stop --now\n</code></pre>"
END: Final = "<p>Then wait.</p>"

# In the way of the generator that each is named after, in words of our own.
PAGES: Final[dict[str, tuple[str, str]]] = {
    "MkDocs": (
        f'<h2 id="how-do-i-stop-it">{QUESTION}<a class="headerlink" href="#how-do-i-stop-it" '
        f'title="Permanent link">&para;</a></h2>{PLAIN}{END}',
        "how-do-i-stop-it",
    ),
    "docutils": (
        f'<section id="id3"><h2>{QUESTION}<a class="headerlink" href="#id3">¶</a></h2>{PLAIN}{END}'
        "</section>",
        "id3",
    ),
    "an empty anchor before it": (f'<a id="stop"></a>\n<h2>{QUESTION}</h2>{PLAIN}{END}', "stop"),
    "an anchor inside": (f'<h2><a name="stop"></a>{QUESTION}</h2>{PLAIN}{END}', "stop"),
    "an anchor after the words": (f'<h2>{QUESTION} <a id="stop">#</a></h2>{PLAIN}{END}', "stop"),
    "no id at all": (f'<main id="main"><h1>FAQ</h1><h2>{QUESTION}</h2>{PLAIN}{END}</main>', ""),
    "coloured code with line numbers": (
        f'<h2 id="s">{QUESTION}</h2><p>Press the red button — it&rsquo;s there:</p>'
        '<div class="highlight"><pre><span class="linenos">1</span><code>'
        '<span class="nb">stop</span> <span class="nt">--now</span></code></pre></div>' + END,
        "s",
    ),
    "a table of line numbers": (
        f'<h2 id="s">{QUESTION}</h2><p>Press the red button — it’s there:</p><table><tr>'
        '<td class="linenos"><pre>1\n2</pre></td><td class="code"><pre>stop --now</pre></td></tr>'
        f"</table>{END}",
        "s",
    ),
    "a label and a copy button": (
        f'<h2 id="s">{QUESTION}</h2><p>Press the red button &ndash; it&#x27;s there:</p>'
        f'<div class="language-sh"><span class="lang">sh</span>{BUTTONS}<pre>stop --now</pre></div>'
        + END,
        "s",
    ),
    "a summary that is opened": (
        f'<details id="s"><summary>{QUESTION}</summary>{PLAIN}{END}</details>',
        "s",
    ),
    "the title of a heading's link, to be read aloud": (
        f'<div><h2 id="s">{QUESTION}</h2><a href="#s"><span class="sr-only">Section titled '
        f"“{QUESTION}”</span></a></div>{PLAIN}{END}",
        "s",
    ),
    "bold words": (f"<p><strong>{QUESTION}</strong></p>{PLAIN}{END}", ""),
    "numbered, in capitals, with a table of contents": (
        f'<ul><li><a href="#q7">{QUESTION}</a></li><li>Others</li></ul><p>Introduction that is long'
        f' enough.</p><h3 id="q7">7. {QUESTION.upper()}</h3>{PLAIN}{END}',
        "q7",
    ),
    "decomposed characters": (f'<h2 id="e\u0301">{QUESTION}</h2>{PLAIN}{END}', "e\u0301"),
    "words broken by soft hyphens": (
        f'<h2 id="s">{QUESTION}</h2><p>Press the red but&shy;ton<wbr> it is not</p><p>Press the red'
        f" but&shy;ton — it's there:</p><pre>stop --now</pre>{END}",
        "s",
    ),
}


@pytest.mark.parametrize(("html", "anchor"), PAGES.values(), ids=PAGES)
def test_an_entry_is_found_with_the_pages_own_anchor(html: str, anchor: str) -> None:
    assert read_page(f"<!doctype html><body>{html}").find((QUESTION, *ANSWER)) == Place(anchor)


@pytest.mark.parametrize(
    "html",
    [
        f'<h2 id="s">{QUESTION}</h2>{PLAIN.replace("red ", "")}{END}',
        f'<h2 id="s">{QUESTION}</h2>{PLAIN}',
        f'<h2 id="s">{QUESTION}</h2>{END}{PLAIN}',
        f'{PLAIN}{END}<h2 id="s">{QUESTION}</h2>',
        f'<h2 id="s">{QUESTION}</h2><p>{"Another answer. " * 20}</p>{PLAIN}{END}',
        f'<h2 id="s">How do I start it?</h2>{PLAIN}{END}',
        f"<script>var page = '{QUESTION} {' '.join(ANSWER)}'</script>",
        f'<div data-page="{QUESTION}"></div>{PLAIN}{END}',
        f"<p>{QUESTION[:9]}</p><p>{QUESTION[9:]}</p>{PLAIN}{END}",
        "",
    ],
    ids=[
        *("a swallowed word", "cut short", "another order", "above", "far below"),
        *("another question", "in a script", "in an attribute", "over two blocks", "nothing"),
    ],
)
def test_what_a_reader_does_not_read_is_not_found(html: str) -> None:
    assert read_page(f"<!doctype html><body>{html}").find((QUESTION, *ANSWER)) is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('It\'s "here" -- (c) 2026...', "It’s “here” – © 2026…"),
        ("Half: 1/2, a thumb :+1: up", "Half: ½, a thumb 👍 up"),
        ("Café, ＡＢＣ and ﬁne", "Cafe\u0301, ABC and fine"),
        ("HTML in capitals", "html IN capitals"),
        ("12:30:45 stays", "12:30:45 stays"),
    ],
)
def test_typography_is_no_other_word(written: str, shown: str) -> None:
    assert letters_of(written) == letters_of(shown) != ""


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5), st.text(max_size=60))
def test_whatever_stands_on_a_page_is_found_and_nothing_falls_over(
    texts: list[str], other: str
) -> None:
    escaped = [
        text.replace("&", "&amp;").replace("<", "&lt;").replace("\x00", "") for text in texts
    ]
    page = "".join(f"<p>{text}</p>" for text in escaped)
    assert read_page(f"<body>{page}").find([text.replace("\x00", "") for text in texts]) is not None
    read_page(other).find(texts)


@pytest.mark.parametrize(
    "html",
    ["<div>" * 100_000, f"<p>{QUESTION}</p>" * 50_000, "<b" * 200_000, "&amp" * 500_000],
    ids=["deep", "the question everywhere", "unfinished tags", "unfinished entities"],
)
def test_no_page_takes_long(html: str) -> None:
    began = time.process_time()
    assert read_page(html).find((QUESTION, *ANSWER)) is None
    assert time.process_time() - began < 10
