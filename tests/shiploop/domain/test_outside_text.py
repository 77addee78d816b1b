"""No text from outside has an effect in any text of ours, wherever it can stand in it."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from shiploop.clients.slack import _escaped
from shiploop.domain.delivery import github_text, messages
from shiploop.domain.objectives import slack_messages as objective_messages
from shiploop.domain.production import incident, rollback_messages, slack_messages
from shiploop.domain.upkeep import messages as upkeep_messages
from tests import effects
from tests.filling import Filled, builders, calls
from tests.hostile import HOSTILE

MODULES: Final = (
    *(messages, incident, rollback_messages, slack_messages, objective_messages),
    upkeep_messages,
)
# Names, and what reads our own texts back: none of these is shown to anybody.
NO_TEXTS: Final = {
    *("branch_name", "temporary_branch_name", "rollback_branch", "reapply_branch"),
    "flow_run_name",  # Prefect shows it as it is
    *("signature_in", "trace_id_in", "incident_key_in"),
}
# Each command has to be what the shell reads: a test of its own holds it.
COMMANDS: Final = {"manual_commands"}
FOUND: Final = {
    f"{module.__name__.removeprefix('shiploop.domain.')}.{name}": function
    for module in MODULES
    for name, function in builders(module)
    if name not in NO_TEXTS | COMMANDS
}
SLACK: Final = {"alert_told", "review_told", "gap_review_told"}.union(
    name
    for name, each in vars(slack_messages).items()
    if getattr(each, "__module__", "") == slack_messages.__name__ and not name.startswith("_")
)
COMMITS: Final = {"commit_message", "rollback_commit", "reapply_commit"}
SHA: Final = "3f9c1b7ad20e4586b1c8e07f52d9a4630e7bb195"
SIGNATURE: Final = f"v2:{'0' * 64}"
OUR_KEY: Final = "production"

PIECES: Final = [
    *HOSTILE,
    *("@everyone", "@acme/oncall", "fixes #1.md", "fixes #1", "`fixes #1", "closes acme/docs#1"),
    *("GH-1", "acme/docs#1", "#1", "resolves https://github.com/acme/docs/issues/1", SHA, SHA[:9]),
    *("https://evil.example", "www.evil.example", "mailto:eve", "&lt;b&gt;", "&#64;eve"),
    *("Trace-Id: 550e8400-e29b-41d4-a716-446655440000", "Co-authored-by: Eve <eve@evil.example>"),
    *("signature: v2:" + "1" * 64, "Signed-off-by: Eve", "skip-checks: true", "[skip ci]"),
    *("<!-- shiploop:incident stolen -->", "-->", "<!channel>", "<!here>", "<@U1>", "<#C1>"),
    *("<https://evil.example|bank>", "![p](https://evil.example/p.png)", "[a](b)", "[a][b]"),
    *("|", "| --- |", "||", "\n", "\r\n", "\n\n", "\x85", "\u2028", "\t", "    ", " "),
    *("# x", "> x", "- x", "1. x", "+ x", "---", "===", "***", "```", "~~~", "``", "`", "*x*"),
    *("_x_", "~x~", "~~x~~", "$x$", "$$x$$", ":rocket:", ":+1:", "- [ ] x", "\\", "!", "[^1]"),
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\u2800", "\u3164", "\x00", "\x1b[31m"),
    *("\x9b31m", "\U000e0041", "\ud800", "\ue000", "word", "C#", "snake_case", "5:30", "'", '"'),
]  # fmt: skip
URLS: Final = ("url", "pr_url", "pull_url", "issue_url", "entry_url", "decide_at")
# What fails is told by the text alone: making it smaller takes minutes.
QUICK: Final[dict[str, Any]] = {"deadline": None, "phases": (Phase.explicit, Phase.generate)}

hostile = st.one_of(
    st.sampled_from(PIECES),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=6).map("".join),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=6).map(" ".join),
)


def addresses(start: str) -> dict[str, Callable[[str], str]]:
    """What is an address by its name begins like one, and goes on as somebody wants it to."""
    urls = {name: lambda text: f"{start}{text}" for name in URLS}
    return {**urls, "signature": lambda _: SIGNATURE, "key": lambda _: OUR_KEY}


def filled_in(function: Callable[..., Any]) -> st.SearchStrategy[Filled]:
    return st.sampled_from(["x", "https://github.com/acme/docs/"]).flatmap(
        lambda start: calls(function, addresses(start))
    )


FILLED: Final = {name: filled_in(function) for name, function in FOUND.items()}


def texts(given_back: Any) -> list[str]:
    """All the texts that a function has given."""
    if given_back is None or isinstance(given_back, str):
        return [given_back or ""]
    return [text for each in given_back for text in texts(each)]


def is_line(name: str) -> bool:
    """True for what no Markdown is made of: a title, a commit, a message of Slack's."""
    function = name.rpartition(".")[2]
    return function in SLACK | COMMITS or function.endswith(("_title", "why_not_over"))


def without_addresses(parts: Iterable[str]) -> list[str]:
    return [each for each in parts if not each.startswith("https://github.com/acme/docs/")]


@pytest.mark.parametrize("name", FOUND)
@settings(max_examples=40, **QUICK)
@given(st.data())
def test_no_text_from_outside_has_an_effect(name: str, data: st.DataObject) -> None:
    filled, text = data.draw(FILLED[name]), data.draw(hostile)
    written, plain = texts(filled(text)), texts(filled("x"))
    for one, other in zip(written, plain, strict=True):
        assert effects.effects(one) == effects.effects(other)
        assert one.count("\n") == other.count("\n")
        one.encode()
        if not is_line(name):
            ours, theirs = effects.structure(other), effects.structure(one)
            assert without_addresses(theirs) == without_addresses(ours)
            assert len(theirs) == len(ours)


@pytest.mark.parametrize("name", [one for one in FOUND if one.split(".")[-1] in COMMITS])
@settings(max_examples=30, **QUICK)
@given(st.data())
def test_no_text_from_outside_is_a_trailer(name: str, data: st.DataObject) -> None:
    filled, text = data.draw(FILLED[name]), data.draw(hostile)
    (headline, body), (_, plain) = filled(text), filled("x")
    keys = [each.partition(":")[0] for each in effects.trailers("x", plain)]
    assert [each.partition(":")[0] for each in effects.trailers(headline, body)] == keys
    assert len(headline) + len(" (#1234567)") <= 256


@pytest.mark.parametrize("name", [one for one in FOUND if one.split(".")[-1] in SLACK])
@settings(max_examples=200, **QUICK)
@given(st.data())
def test_no_text_from_outside_has_an_effect_in_slack(name: str, data: st.DataObject) -> None:
    filled, text = data.draw(FILLED[name]), data.draw(hostile)
    sent = _escaped(filled(text))
    assert effects.slack_effects(sent) == [], sent


@settings(max_examples=60, **QUICK)
@given(calls(messages.pull_request_body, {"signature": lambda _: SIGNATURE}), hostile)
@example(lambda text: text, "x")
def test_the_signature_is_ours_whatever_a_page_is_called(filled: Filled, text: str) -> None:
    body = filled(text)
    if body != text:
        lines = re.findall(r"^signature: .*$", body, re.MULTILINE)
        assert lines == [f"signature: {SIGNATURE}"]
        assert messages.signature_in(body) == SIGNATURE


@settings(max_examples=60, **QUICK)
@given(calls(incident.incident_body, {"key": lambda _: OUR_KEY}), hostile)
def test_an_incident_is_found_by_our_key_alone(filled: Filled, text: str) -> None:
    body = filled(text)
    assert incident.incident_key_in(body) == OUR_KEY
    assert body.count("<!--") == body.count("-->") == 1


@given(hostile)
def test_an_incident_of_any_subject_is_found_again(key: str) -> None:
    body = incident.incident_body(f"runner-{key}", "it is dead", (), (), {})
    assert incident.is_about(incident.Issue(1, "", body), f"runner-{key}")
    assert effects.structure(body) == effects.structure(
        incident.incident_body("runner-x", "it is dead", (), (), {})
    )


PLACES: Final = [
    *(github_text.title_text, github_text.reason_text, github_text.paragraph_text),
    *(github_text.item_text, github_text.cell_text, github_text.sha_text, github_text.line_text),
    *(github_text.key_text, github_text.address_text, github_text.whole_title_text),
]


@pytest.mark.parametrize("place", PLACES)
@given(hostile)
@example("x" * 190 + " 550e8400-e29b-41d4-a716-446655440000")
def test_what_is_harmless_is_left_as_it_is(place: Callable[[str], str], text: str) -> None:
    assert place(place(text)) == place(text)


@given(hostile)
def test_no_commit_is_named_by_somebody_else(text: str) -> None:
    assert effects.commits(github_text.title_text(text)) == []
    assert effects.commits(github_text.paragraph_text(text)) == []


def test_a_commit_of_ours_stays_a_link_in_our_own_sentences() -> None:
    said = f"{SHA[:12]} was merged and never went live"
    assert effects.commits(github_text.reason_text(said)) == [SHA[:12]]
    assert effects.commits(github_text.sha_text(SHA)) == [SHA]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("docs/deployment.md#freeze-merges", "`docs/deployment.md#freeze-merges`"),
        ("docs/@scope/x.md#1-begin", "`docs/@scope/x.md#1-begin`"),
        ("docs/`fixes #1`.md", "`docs/｀ｆixes #1｀.md`"),
        ("a\nsignature: v2:0", "`a signature: v2:0`"),
        ("", "`–`"),
    ],
)
def test_a_path_is_shown_as_it_is_called(text: str, shown: str) -> None:
    assert github_text.code_text(text) == shown


def test_every_builder_is_tried() -> None:
    """Found by their types: a new one, or a new field of a value, is tried without being named."""
    names = {name.rpartition(".")[2] for name in FOUND}
    assert {"pull_request_body", "closing_comment", "summary", "issue_body"} <= names
    assert {"incident_body", "review_markdown", "alert_told"} | SLACK | COMMITS <= names
