import time

import pytest

from shiploop.agents.faq.retrieval.visible import has_words, visible_text


@pytest.mark.parametrize(
    ("markdown", "seen", "unseen"),
    [
        ("import Tabs from '@theme/Tabs';\n\nRead on.", "Read on", "theme"),
        ("export const Answer = 42;\nimport 'x.css'\nRead on.", "Read on", "Answer"),
        ('<Tabs groupId="os"><TabItem value="win">Set it.</TabItem></Tabs>', "Set it", "groupId"),
        ("[![Build status](https://img.shields.io/x)](https://ci)", "", "status"),
        ('See [the guide](guide/hidden.md "Title").', "the guide", "hidden"),
        ("![A diagram](hidden.png)", "A diagram", "hidden"),
        ("{* ../../docs_src/upload.py hl[3] *}\n\nText.", "Text", "docs_src"),
        ("{% include 'header.html' %} {{ version }} Text.", "Text", "header"),
        ('--8<-- "snippet.md"\nText.', "Text", "snippet"),
        ('!!! warning "Only small files"\n    Text.', "Only small files", "warning"),
        (":::tip Use it\nText.\n:::", "Use it", "tip"),
        ("/// note\n\nText.\n\n///", "Text", "note"),
        ("> [!CAUTION]\n> Text.", "Text", "CAUTION"),
        ("[quota]: quota.md\n\nText.", "Text", "quota"),
        ("Text {#an-id} here", "Text", "an-id"),
        ("<!-- hidden\n\nhidden --> Text", "Text", "hidden"),
        ("{/* hidden */} Text", "Text", "hidden"),
        ("`vector<int>` and\n\n```xml\n<groupId>a</groupId>\n<!-- b -->\n```\n", "<groupId>a", "~"),
        ("We import goods. 1 < 2 and 3 > 2.", "import goods. 1 < 2 and 3 > 2", "~"),
    ],
)
def test_what_is_no_text_is_not_searched(markdown: str, seen: str, unseen: str) -> None:
    shown = visible_text(markdown)
    assert seen in shown
    assert unseen not in shown


@pytest.mark.parametrize("markdown", ["", "\n---\n", "<Tabs>\n</Tabs>", "![](x.png)", "<!-- a -->"])
def test_what_shows_no_word_says_nothing(markdown: str) -> None:
    assert not has_words(visible_text(markdown))


@pytest.mark.parametrize(
    "piece", ["<!--", "<a", "](", "[![", "{%", "{/*", "`", "```\n", "[a]:", "{#"]
)
def test_whatever_is_open_takes_no_longer_than_it_is_long(piece: str) -> None:
    text = piece * (16_000 // len(piece))
    begun = time.process_time()
    visible_text(text)
    assert time.process_time() - begun < 0.1
