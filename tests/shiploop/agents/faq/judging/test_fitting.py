"""A quotation that is not what its question asks for does not go by itself, and it is said why."""

import pytest

from shiploop.agents.faq.judging.fitting import why_unfit

LONG = "The harbour takes ships of every size, by day and by night, and asks nothing for it. " * 4


@pytest.mark.parametrize(
    ("question", "quoted", "reason"),
    [
        ("Ships?", "| Ship | Size |\n| --- | --- |\n| A | 9 |", "a table of few words alone"),
        ("What is a pilot account?", f"If you have none, ask. {LONG}", "begins with what to do"),
        ("What are pilots?", f"Install the app first. {LONG}", "begins with what to do"),
        ("Pilots?", f"Both harbours have some. {LONG}", "begins with some that it does not name"),
        ("Find a berth", f"These examples show it. {LONG}", "“These examples”, which nothing"),
        ("Find a berth", f"This provider has some. {LONG}", "“This provider”, which nothing"),
        ("How do I moor?", "Anybody may moor where there is room.", "nothing to do"),
        ("How do I moor?", "Use the [ropes](ropes.md) of the port to moor.", "leads on"),
        ("Mooring", f"{LONG} I have tied my ship there.", "own story"),
        ("Mooring", f"{LONG} Click :icon{{name=rope}} in the header.", "a component"),
        ("How do I leave?", f"Only ships that have paid may leave. {LONG}", "nothing to do"),
        ("Mooring", f"{LONG} Run `moor v{{{{< version >}}}}`.", "its own site fills in"),
        ("Mooring", f"{LONG} See the guide to ropes. See the guide to knots.", "are not quoted"),
        ("Mooring", "Ropes are bought. For more, see [ropes](ropes.md#all).", "ends with where"),
    ],
)
def test_what_does_not_fit_is_told(question: str, quoted: str, reason: str) -> None:
    (told,) = why_unfit(question, question, quoted, quoted)
    assert reason in told


def test_a_sentence_that_hangs_on_a_link_is_not_told_without_it() -> None:
    text = f"{LONG} Download [this file](https://port.example/tool) and run `it`."
    quoted = f"{LONG} Download this file and run `it`."
    (told,) = why_unfit("Mooring", "Mooring", text, quoted)
    assert "hangs on a link to another host" in told
    assert not [*why_unfit("Mooring", "Mooring", text, text)]


def test_a_change_of_versions_takes_more_than_a_few_words() -> None:
    (told,) = why_unfit("Upgrading", "Upgrading from v1", "Read the notes.", "Read the notes.")
    assert "short for a change of versions" in told


def test_a_short_text_is_not_told_without_the_link_that_it_has_outside() -> None:
    text = "Use the tool that the [office](https://port.example/tool) of the port gives to all."
    quoted = "Use the tool that the office of the port gives to all."
    (told,) = why_unfit("Mooring", "Mooring", text, quoted)
    assert "a link in it leads to another host" in told


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Ships?", f"All of them:\n\n| Ship | Size |\n| --- | --- |\n| A | 9 |\n\n{LONG}"),
        ("What is a pilot account?", f"A pilot account is what pilots have. {LONG}"),
        ("How do I use a pilot account?", f"If you have none, ask the office. {LONG}"),
        ("Pilots?", f"The two harbours have some, and both are free. {LONG}"),
        ("Find some examples", f"These examples show it. {LONG}"),
        ("Find a berth", f"The office is a provider, and this provider has some. {LONG}"),
        ("How do I moor?", "Moor by `moor now`."),
        ("Signs?", f"| Sign | Means |\n| --- | --- |\n| A | {LONG} |"),
        ("How do I moor?", "Press the button of the rope."),
        ("How do I moor?", "Two things:\n\n1. Stop.\n2. Throw the rope."),
        ("How do I moor?", f"{LONG} To moor, throw a rope and pull the ship."),
        ("How do I moor?", f"{LONG} Pick the place that you like."),
        ("How do I write `{{ key }}`?", f"Write `{{{{ key }}}}`. {LONG}"),
        ("Mooring", f"{LONG} See the guide to ropes."),
    ],
)
def test_what_fits_goes_without_a_word(question: str, quoted: str) -> None:
    assert not list(why_unfit(question, question, quoted, quoted))
