"""What a quotation needs that stands elsewhere, and what only seems to."""

import pytest

from shiploop.agents.faq.judging.elsewhere import (
    announced_in_vain,
    leads_away,
    pointed_to,
    says_little,
    without_code_blocks,
)

CODE = "```sh\nkeys rotate\n```"
SENTENCE = "Keys are rotated by their owner, who has to say so beforehand to all. "


@pytest.mark.parametrize(
    ("quoted", "word"),
    [
        (f"Here is how:\n\n{CODE}", ""),
        (f"Below is what you can run in a terminal:\n\n{CODE}", ""),
        ("Here are more of them.", "Here"),
        (f"{CODE}\n\nThe above command asks nobody.", ""),
        (f"{CODE}\n\nIn the above command, the name is the key's.", ""),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |\n\nThe above keys are old.", ""),
        (f"{CODE}\n\nLook at what is told by the above command.", ""),
        (f"{CODE}\n\nThe second line above asks nobody.", ""),
        (f"{CODE}\n\nThe lines described above ask nobody.", "above"),
        (f"{CODE}\n\nHere, `rotate` is the verb.", ""),
        (f"{CODE}\n\nHere are the others.", "Here"),
        ("Run it.\n\nHere, `rotate` is the verb.", "Here"),
        ("The following example asks nobody:\n\n- one\n- two", ""),
        ("In the following chapter, one is asked.", "following chapter"),
        ("Keys are not used before a day has gone.", ""),
        ("It is the key that was used before.", "used before"),
        ("Click on the menu (oben rechts).", ""),
        ("Wie oben.", "oben"),
        ("Now that you have a key, rotate it.", "Now that"),
        ("Similar to the first one, it is kept.", "Similar to the"),
        ("Please make sure you understand the keys.", "Please make sure you understand"),
        ("Its keys are those of the previous red example.", "previous red example"),
        ("Head over to the office.", "Head over to"),
        ("See known limits of keys below.", "See known limits of keys below"),
        ("The above command asks nobody.", "above"),
        (f"{CODE}\n\nAs explained above, it asks nobody.", "above"),
        (f"{CODE}\n\nIt asks nobody. The above keys are old.", "above"),
        ("Two libraries do it:\n\n- one\n- two\n\nWith the libraries above, ask nobody.", ""),
        ("One file is old. It is kept. The above files ask nobody.", ""),
        ("Ask nobody with the libraries above.", "above"),
        ("One file is old. As the keys above are, it is kept.", "above"),
        ("These are the following guides:\n\n- one\n- two", ""),
        ("You should, however, ask.", "You should, however"),
        ("Keys are old. They are, however, yours.", ""),
        ("To do so, run it.", ""),
        ("The key is the one of our example.", "of our example"),
        ("We now have all that it takes.", "We now"),
        ("Attach the key that you just rotated.", "you just rotated"),
        ("You just need a key.", ""),
        ("It asks nobody. Again, it is yours.", ". Again,"),
        ("Rotate it again, and wait.", ""),
        ("However, it asks.", "However"),
    ],
)
def test_what_is_quoted_as_well_is_not_elsewhere(quoted: str, word: str) -> None:
    assert pointed_to(without_code_blocks(quoted)) == word


@pytest.mark.parametrize(
    ("text", "prose", "leads"),
    [
        ("Packages are [here](https://x.example).", "Packages are here.", True),
        ("Packages are [kept][1].", "Packages are kept.", True),
        ('Packages are <a href="x">kept</a>.', "Packages are kept.", True),
        ("[Keys](keys.md) are kept.", "[Keys](keys.md) are kept.", False),
        ("They are kept.", "They are kept.", False),
        (
            "The [key store](https://x.example) keeps each key of yours in a file of its own.",
            "The key store keeps each key of yours in a file of its own.",
            False,
        ),
        (
            "See the page of the [key store](https://x.example) for each key of all that there is.",
            "See the page of the key store for each key of all that there is.",
            True,
        ),
        (f"{SENTENCE * 3}[Keys](https://x.example)", f"{SENTENCE * 3}Keys", False),
        ("1. Grey\n   ![](a.png)\n2. Red\n   ![](b.png)", "1. Grey\n2. Red", True),
        (f"{SENTENCE}\n\n![](a.png)", SENTENCE, False),
    ],
)
def test_a_short_text_needs_its_links_and_pictures(text: str, prose: str, leads: bool) -> None:
    assert leads_away(text, prose) is leads


def test_a_pointer_alone_says_little() -> None:
    assert says_little("See [the keys](keys.md#keys).")
    assert says_little("Puedes encontrar las claves en la página de [claves](keys.md#keys).")
    assert says_little("Vous trouverez les clés dans la page des [clés](keys.md#keys).")
    assert not says_little(f"{SENTENCE}See [the keys](keys.md#keys).")


@pytest.mark.parametrize(
    ("quoted", "announced"),
    [
        ("You should see this:", "You should see this:"),
        ("You should see this:\n\nAsk nobody.", "You should see this:"),
        (f"Run it:\n\n{CODE}", ""),
        ("Run one of them:\n\n- one\n- two", ""),
        ("Run one of them:\n1. one\n2. two", ""),
        ("**Note:**\n\nAsk nobody.", ""),
        ("```yaml\nkeys:\n\nothers: 1\n```", ""),
    ],
)
def test_what_is_announced_has_to_follow(quoted: str, announced: str) -> None:
    assert announced_in_vain(quoted) == announced
