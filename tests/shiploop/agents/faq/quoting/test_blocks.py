"""Each dialect's Markdown, and what of it is written for the FAQ, or why nothing is."""

import pytest

from shiploop.agents.faq.quoting.blocks import read_blocks
from shiploop.agents.faq.quoting.links import Reach
from shiploop.agents.faq.quoting.shapes import joined, obstacle_of
from shiploop.agents.faq.retrieval.sections import split_sections


def written(markdown: str, path: str = "docs/a.md") -> str:
    """What would be quoted of a section with this text; what is in the way begins with `!`."""
    section = split_sections(path, f"# A\n\n{markdown}\n")[0]
    blocks = read_blocks(section, Reach())
    obstacle = obstacle_of(blocks)
    return f"!{obstacle}" if obstacle else joined(blocks)


BOXES = [
    # What Python-Markdown makes the definition of its heading.
    (
        ": It is a list\nof hosts.\n\n    -   One\n    -   Two\n\n    Empty by default.",
        "It is a list of hosts.\n\n- One\n- Two\n\nEmpty by default.",
    ),
    (
        '!!! info "Only certificates"\n\n    They are reloaded.',
        "**Only certificates:** They are reloaded.",
    ),
    ("!!! note\n    Once.", "**Note:** Once."),
    ('!!! note ""\n    Once.', "Once."),
    ('!!! danger highlight "Don\'t"\n    Never.', "**Don't:** Never."),
    ('??? question "Why?"\n    So.', "**Why?** So."),
    ("???+ tip\n    So.\n\n\n    And so.", "> **Tip:** So.\n>\n> And so."),
    ('!!! tip inline end "A"\n    - x\n    - y', "> **A:**\n>\n> - x\n> - y"),
    ("!!! note\n    Once.\n\nAfter.", "**Note:** Once.\n\nAfter."),
    ('!!! note "Use `x`"\n    Once.', "**Use `x`:** Once."),
    (":::tip\nOnce.\n:::", "**Tip:** Once."),
    ("::: warning Take care\nOnce.\n:::", "**Take care:** Once."),
    (":::note[Your *title*]\n\nOnce.\n\n:::", "**Your *title*:** Once."),
    (':::info{title="Of old"}\nOnce.\n:::', "**Of old:** Once."),
    ("::: details\nOnce.\n:::", "**Details:** Once."),
    ("::::note\n:::tip\nIn.\n:::\nOut.\n::::", "> **Note:**\n>\n> **Tip:** In.\n>\n> Out."),
    (":::{note}\n:class: dropdown\n\nOnce.\n:::", "**Note:** Once."),
    ("::: {.warning}\nOnce.\n:::", "**Warning:** Once."),
    ("::: 注意\n一次。\n:::", "!what `注意` shows"),
    ("::: tip 注意\n一次。\n:::", "**注意：** 一次。"),
    ("> [!NOTE]\n> Once.", "**Note:** Once."),
    ("!> Once.", "**Important:** Once."),
    ("?> Once, and\nagain.", "**Tip:** Once, and again."),
    ("> [!WARNING]\n> Once.\n>\n> - x", "> **Warning:** Once.\n>\n> - x"),
    ("> [!tip]- Folded\n> Once.", "**Folded:** Once."),
    ("> [!CAUTION]\n>\n> Once.", "**Caution:** Once."),
    ("/// tip\n\nSmall files only.\n\n///", "**Tip:** Small files only."),
    ("/// note | Technical details\n\nOnce.\n\n///", "**Technical details:** Once."),
    ("/// details | More\n    type: info\n\nOnce.\n\n///", "**More:** Once."),
    ("//// tab | One\n\n/// tip\n\nOnce.\n\n///\n\n////", "- **One:**\n\n  **Tip:** Once."),
    ("```{note}\nOnce.\n```", "**Note:** Once."),
    ("```{note} It begins\nhere.\n```", "**Note:** It begins here."),
    ("```{admonition} My title\n:class: tip\n\nOnce.\n```", "**My title:** Once."),
    ("```{deprecated} 1.2\nUse x.\n```", "**Deprecated since version 1.2:** Use x."),
    ("```{versionadded} 2.0\n```", "Added in version 2.0"),
    (":::{seealso}\nThis.\n:::", "**See also:** This."),
    ('```admonish warning "Care"\nOnce.\n```', "**Care:** Once."),
    ('{% hint style="warning" %}\nOnce.\n{% endhint %}', "**Warning:** Once."),
    ('{{< alert title="Care" >}}\nOnce.\n{{< /alert >}}', "**Care:** Once."),
    ("<Note>\n\nOnce.\n\n</Note>", "**Note:** Once."),
    ("<Tip>\nOnce.\n</Tip>", "**Tip:** Once."),
    ('<Aside type="caution" title="Care">\n\nOnce.\n\n</Aside>', "**Care:** Once."),
    ('<Callout type="warning">\nOnce.\n</Callout>', "**Warning:** Once."),
    (
        "<details>\n<summary>Why so?</summary>\n\nSo.\n\n- x\n\n</details>",
        "> **Why so?** So.\n>\n> - x",
    ),
    ("<details><summary>Why</summary>\n\n<p>So.</p>\n\n</details>", "**Why:** So."),
    ("<Note>\n\nOnce.", "!a box that begins or ends elsewhere"),
    ("Once.\n\n:::", "!a box that begins or ends elsewhere"),
    ("::: tip\nOnce.", "!a box that begins or ends elsewhere"),
    ("::: mypackage.module\n:::", "!what `mypackage.module` shows"),
    ('<div class="a">\n\nOnce.\n\n</div>\n\nTwice.', "Once.\n\nTwice."),
    ('<div class="a">\n\nA.\n\n</div>\n<div class="a">\n\nB.\n\n</div>', "A.\n\nB."),
    (
        '<div class="linux">\n\nA.\n\n</div>\n<div class="mac">\n\nB.\n\n</div>',
        "!variants of which one is shown",
    ),
    ('Once.\n\n<div class="a">', "!a box that begins or ends elsewhere"),
    ("Once.\n\n</div>", "!a box that begins or ends elsewhere"),
    ("<Pitfall>\n\nOnce.\n\n</Pitfall>", "**Pitfall:** Once."),
    ("<DocCardList />", "!what `doccardlist` shows"),
]

LISTS = [
    (
        "- **Type**\n\n  Takes a factory.\n\n- **Example**\n\n  See it.",
        "- **Type**\n\n  Takes a factory.\n\n- **Example**\n\n  See it.",
    ),
    ("* a\n* b", "- a\n- b"),
    ("3. c\n4. d", "3. c\n4. d"),
    ("1) a\n2) b", "1. a\n2. b"),
    ("- a\n  - b\n    - c\n- d", "- a\n  - b\n    - c\n- d"),
    ("1. a\n\n   ```sh\n   x\n   ```\n\n2. b", "1. a\n\n   ```sh\n   x\n   ```\n\n2. b"),
    ("- a\n  ```\n  x\n  ```", "- a\n\n  ```text\n  x\n  ```"),
    ("1. a\n   ```\n   x\n   ```\n2. b", "1. a\n\n   ```text\n   x\n   ```\n\n2. b"),
    ("- a  \n  b", "- a  \n  b"),
    ("- 1. x\n- -", "- 1. x"),
    ("- [ ] do\n- [x] done", "- \\[ \\] do\n- \\[x\\] done"),
    ("- ![](a.png)\n- b", "- b"),
    ("1. ![](a.png)\n2. b", "!an item without a text"),
    ("- > said\n- b", "- > said\n- b"),
    ("- a\n\n      code", "- a\n\n  ```text\n  code\n  ```"),
    ("1. a\n\n1) b", "!two lists in a row"),
    ("Term\n: Meaning.", "- **Term:**\n\n  Meaning."),
    ("`--flag`\n: One.\n: Two.", "- **`--flag`:**\n\n  One.\n\n  Two."),
    ("A\n: a\n\nB\n: b", "- **A:**\n\n  a\n\n- **B:**\n\n  b"),
]

TABLES = [
    (
        "| tool | s |\n|---|---|\n| ours | 0.1 |\n| grep | 9 |",
        "| tool | s |\n| --- | --- |\n| ours | 0.1 |\n| grep | 9 |",
    ),
    ("a | b\n--|--\n1 | 2", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ("| a | b |\n|:-:|--:|\n| `x\\|y` | |", "| a | b |\n| --- | --- |\n| `x\\|y` | |"),
    ("| a |\n|---|\n| x<br>y |\n| One.<br/>Two. |", "| a |\n| --- |\n| x; y |\n| One. Two. |"),
    ("| a |\n|---|\n| [x](b.md) *y* |", "| a |\n| --- |\n| [x](b.md) *y* |"),
    ("| a |\n|---|\n| ![](x.png) |", "| a |\n| --- |\n| |"),
    ("| a |\n|---|\n| {{ x }} |", "!a template outside of code"),
    ("<table><tr><td>x</td></tr></table>", "!what `table` shows"),
]

CODE = [
    ('```py title="x.py" hl_lines="1"\nx\n```', "**`x.py`:**\n\n```py\nx\n```"),
    (
        "::: code-group\n```sh [npm]\nnpm i\n```\n```sh [yarn]\nyarn\n```\n:::",
        "**`npm`:**\n\n```sh\nnpm i\n```\n\n**`yarn`:**\n\n```sh\nyarn\n```",
    ),
    ("````md\n```\nx\n```\n````", "````md\n```\nx\n```\n````"),
    ("```js twoslash\nimport 'x'\n// ---cut---\ny\n```", "```js\ny\n```"),
    ("```js twoslash\n// ---cut-start---\nx\n// ---cut-end---\ny\n```", "```js\ny\n```"),
    ("```js\n// highlight-next-line\nx\ny // [!code ++]\n```", "```js\nx\ny\n```"),
    ("```json [x.json]\n1\n```", "```json\n1\n```"),
    ("``` { .sh .no-copy }\nx\n```", "```sh\nx\n```"),
    ("~~~\nx\n~~~", "```text\nx\n```"),
    ("    indented", "```text\nindented\n```"),
    (
        '<pre><code class="cmd"><span>x -a &lt;b&gt;</span>\ny</code></pre>\n\nAfter.',
        "```text\nx -a <b>\ny\n```\n\nAfter.",
    ),
    ("<pre>x</pre><pre>y</pre>", "!what `pre` shows"),
    ("<pre>{{ x }}</pre>", "!what `pre` shows"),
    ("```js {1,3}\nx\n```", "```js\nx\n```"),
    ("```{.python .numbered}\nx\n```", "```python\nx\n```"),
    ("```{code-block} python\n:linenos:\n\nx\n```", "```python\nx\n```"),
    ("```\n```\n\nAfter.", "After."),
    ("```mermaid\na-->b\n```", "!a drawing, `mermaid`"),
    ("```{math}\nx\n```", "!what `math` shows"),
    ("```{toctree}\nx\n```\n\nAfter.", "After."),
    ('```py\n--8<-- "x.py"\n```', '!an include, `--8<-- "x.py"`'),
    ("```yaml\nx: {{ y }}\n```", "```yaml\nx: {{ y }}\n```"),
    (
        '=== "npm"\n\n    ```sh\n    npm i\n    ```\n\n=== "yarn"\n\n    Run it.',
        "- **npm:**\n\n  ```sh\n  npm i\n  ```\n\n- **yarn:**\n\n  Run it.",
    ),
    (
        '<Tabs>\n<TabItem value="npm" label="npm 10">\n\nRun it.\n\n</TabItem>\n</Tabs>',
        "- **npm 10:**\n\n  Run it.",
    ),
    (
        '<Tabs>\n<TabItem value="one server" default>\n\nRun it.\n\n</TabItem>\n</Tabs>',
        "- **one server:**\n\n  Run it.",
    ),
    (
        '<Tabs>\n<TabItem value="a" label="A">\n```sh\na\n\n# b\n```\n</TabItem>\n</Tabs>',
        "- **A:**\n\n  ```sh\n  a\n\n  # b\n  ```",
    ),
    ("Run it.\n![image](a.png)", "Run it."),
    ("Press ![plus](a.png) there.", "Press plus there."),
    ("Choose one.\n\n<!-- tabs:start -->", "!a box that begins or ends elsewhere"),
    ("<Tabs>\n<TabItem>\n\nRun it.\n\n</TabItem>\n</Tabs>", "!a tab without a title"),
    ('Text.\n\n=== "With"\n\n    ![](a.png)\n\n=== "Without"\n\n    ![](b.png)', "Text."),
    ("<FileTree>\n\n- a\n  - b\n\n</FileTree>", "- a\n  - b"),
    (
        '{% tabs %}\n{% tab title="Linux" %}\nRun it.\n{% endtab %}\n{% endtabs %}',
        "- **Linux:**\n\n  Run it.",
    ),
]

NO_TEXT = [
    ("Text. {#anchor}", "Text."),
    ("> ::: note\n> ", "!a box that begins or ends elsewhere"),
    ('Text. :read-more{title="A > B" to="/a#b"}', "Text."),
    (':read-more{to="/a"}', ""),
    ('New in :badge[v4.3]{color="red"} only.', "New in v4.3 only."),
    ("At 10:30, and :name and a::b.", "At 10:30, and :name and a::b."),
    ('::read-more{to="/a"}\n::\nText.', "Text."),
    (
        '::tip{icon="i-b"}\nDo it.\n\n```md\n::\n```\n::\nText.',
        "> **Tip:** Do it.\n>\n> ```md\n> ::\n> ```\n\nText.",
    ),
    ("Text.\n{: .note }", "Text."),
    ("{: .note }\nText.", "Text."),
    ("See[ a b ](b.md)now.", "See [a b](b.md) now."),
    ("[a](b.md){ .md-button target=_blank } b", "[a](b.md) b"),
    ("`x`{.python} y", "`x` y"),
    ("<!-- a\n\nb -->\n\nText <!-- c --> more.", "Text more."),
    ("[![Build](https://img.shields.io/x.svg)](https://x.example)\n\nText.", "Text."),
    ("![](a.png)\n\nText.", "Text."),
    ("Click ![gear](a.png) now.", "Click gear now."),
    ("Click ![](a.png) now.", "!an image without words, within a text"),
    ("[TOC]\n\nText.", "Text."),
    ("[[toc]]\n\nText.", "Text."),
    ("*[HTML]: Hyper Text\n\nText.", "Text."),
    ("import Tabs from '@theme/Tabs';\nimport X from \"y\";\n\nText.", "Text."),
    ("export const x = 1\n\nText.", "Text."),
    ("---\n\nText.", "Text."),
    ("{/* note */}\n\nText.", "Text."),
    ("{* ../x.py hl[3] *}", "!an include, `{* ../x.py hl[3] *}`"),
    ('--8<-- "x.md"', '!an include, `--8<-- "x.md"`'),
    ("{% include 'x.md' %}", "!an include, `{% include 'x.md' %}`"),
    ("{{#include x.rs}}", "!an include, `{{#include x.rs}}`"),
    ("<<< @/x.ts", "!an include, `<<< @/x.ts`"),
    ("$$\na = b\\, c\n$$", "!a formula"),
    ("Version {{ version }} is out.", "!a template outside of code"),
    ("Write {name} for it.", "Write {name} for it."),
    ("Write `{{ name }}`{v-pre} for it.", "Write `{{ name }}` for it."),
    ("A :rocket: starts.", "A :rocket: starts."),
    (":rocket: starts.", ":rocket: starts."),
    ('Text <span class="x">within</span>.', "Text within."),
    ('What has <Badge text="NRV" type="x" /> is new.', "What has NRV is new."),
    ("The Inhalts&shy;verzeichnis.", "The Inhaltsverzeichnis."),
    ("Wow!\\\n[a](b.md)", "Wow!  \n[a](b.md)"),
    ("Wow\\![a](b.md) and so!", "Wow\\![a](b.md) and so!"),
    ("Press <kbd>Ctrl</kbd>.", "Press Ctrl."),
    ("Press ++ctrl+alt+del++ now.", "Press `ctrl+alt+del` now."),
    ("C++ and ++ remain.", "C++ and ++ remain."),
    ('It is new <sup class="badge" data-text="3.5+" />.', "It is new ."),
    ('The <dfn title="x">word</dfn>.', "The word."),
    ("It is 10<sup>3</sup>.", "!the tag `<sup>`"),
    ("Run x <file>.", "!the tag `<file>`"),
    ("It is ~~not~~ so.", "!a text that is struck out"),
    ("One  \ntwo<br>three", "One  \ntwo  \nthree"),
    ("**注意：**请勿重启。", "注意：请勿重启。"),
    ("> # Head\n>\n> Said.", "> **Head:**\n>\n> Said."),
    ("> One.\n\n> [!TIP]\n> Two.\n>\n> Three.", "> One.\n>\n> **Tip:** Two.\n>\n> Three."),
]

REFERENCES = [
    ("[the quota][q]\n\n## B\n\n[q]: quota.md", "[the quota](quota.md)"),
    ("[Quota][] and [quota]\n\n## B\n\n[quota]: q.md#x", "[Quota](q.md#x) and [quota](q.md#x)"),
    ("[q]: a.md\n\n[x][q]\n\n## B\n\n[q]: b.md", "[x](a.md)"),
    ("[x][q]\n\n## B\n\n[q]: <a b.md> 'title'", "[x](a%20b.md)"),
    ("[x][q]\n\n## B\n\n[q]: https://out.example", "x"),
    ("[a `b`][pkg.Class] is.", "a `b` is."),
    ("[a][] is, [b] too.", "a is, \\[b\\] too."),
    ("An `a[0][1]` or a[0][1] is.", "An `a[0][1]` or a\\[0\\]\\[1\\] is."),
    ("So[^1] it is.\n\n[^1]: On *Mondays*.", "So (On *Mondays*.) it is."),
    ("So^[On Mondays] it is.", "So (On Mondays) it is."),
    ("So[^1] it is.\n\n## B\n\n[^1]: On Mondays.", "!a footnote that stands elsewhere"),
    ("So[^1].\n\n[^1]: One.\n\n    Two.", "!a footnote of more than a paragraph"),
    ("See {doc}`setup <a>`.", "See setup."),
    ("See {ref}`setup`.", "!the role `ref`, whose text stands elsewhere"),
    ("Also see [](syntax/x).", "!a link whose text stands elsewhere"),
    ("See <project:a.md>.", "!a link whose text stands elsewhere"),
    ("(my/target)=\n\nText.", "Text."),
    ("A [`b` c]\n[x.y] is.", "A `b` c is."),
    ("Use {py:func}`~a.b`.", "Use `a.b`."),
]


@pytest.mark.parametrize(("markdown", "expected"), BOXES)
def test_boxes_keep_their_words_and_titles_and_lose_their_syntax(
    markdown: str, expected: str
) -> None:
    assert written(markdown) == expected


@pytest.mark.parametrize(("markdown", "expected"), LISTS)
def test_items_keep_all_that_belongs_to_them(markdown: str, expected: str) -> None:
    assert written(markdown) == expected


@pytest.mark.parametrize(("markdown", "expected"), TABLES)
def test_tables_keep_their_header_and_every_row(markdown: str, expected: str) -> None:
    assert written(markdown) == expected


@pytest.mark.parametrize(("markdown", "expected"), CODE)
def test_code_is_whole_and_tabs_are_named(markdown: str, expected: str) -> None:
    assert written(markdown) == expected


@pytest.mark.parametrize(("markdown", "expected"), NO_TEXT)
def test_what_is_no_text_is_not_quoted(markdown: str, expected: str) -> None:
    assert written(markdown) == expected


@pytest.mark.parametrize(("markdown", "expected"), REFERENCES)
def test_references_are_resolved_wherever_the_page_defines_them(
    markdown: str, expected: str
) -> None:
    assert written(markdown) == expected
