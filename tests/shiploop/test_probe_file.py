"""The file of the probes: what it says, and what is said of a mistake in it."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.limits import MAX_PROBE_FILE_BYTES, MAX_PROBES
from shiploop.domain.production.probe import ProbeScope
from shiploop.domain.production.probe_definition import (
    Address,
    Header,
    JsonValue,
    Look,
    Method,
    Probe,
)
from shiploop.probe_file import ProbesUnreadable, parse_probes, read_probes, variables_of
from shiploop.settings import Settings

SITE, PLATFORM, OBSERVED = ProbeScope.SITE, ProbeScope.PLATFORM, ProbeScope.OBSERVED
HOME = "probes:\n  - {name: home, url: /}\n"
VARIABLES = {"SITE_TOKEN": "Bearer the-word", "EMPTY": "", "BROKEN": "two\nlines"}
WORDS = st.text("abcdefghij", min_size=1, max_size=10)


def parsed(text: str | bytes, variables: Mapping[str, str] = VARIABLES) -> tuple[Probe, ...]:
    return parse_probes(text.encode() if isinstance(text, str) else text, variables.get)


def fault(text: str | bytes) -> str:
    with pytest.raises(ProbesUnreadable) as refused:
        parsed(text)
    return str(refused.value)


def test_the_files_own_probes_are_the_rfcs_and_what_is_watched_beside_them() -> None:
    api = Address("{api}/api/agent/tasks?limit=1")
    health = Address("/healthz", json=JsonValue(("sha",)), if_there=True)
    assert read_probes(Settings(_env_file=None).probes, dict[str, str]().get) == (
        Probe("site-home", SITE, Address("/")),
        Probe("site-health", SITE, health),
        Probe("site-faq", SITE, Address("{faq}")),
        Probe("task-route", PLATFORM, api),
        Probe("runners", PLATFORM, Look.RUNNERS),
        Probe("redis", OBSERVED, Look.REDIS),
        Probe("prefect", OBSERVED, Look.PREFECT),
        Probe("sentry-issues", OBSERVED, Look.SENTRY_ISSUES),
    )


def test_everything_that_may_stand_in_it_is_read() -> None:
    text = """
    probes:
      - name: search
        url: /search.json
        method: POST
        headers: {x-token: $SITE_TOKEN, accept: application/json}
        status: [200, 201]
        text: Home
        json: {at: pages.0.title, equals: Home}
        timeout_s: 3
        if_there: true
      - {name: shop, url: "https://api.example.com/health", of: site, status: 204}
      - {name: mail, url: "https://mail.example.com/", of: platform}
      - {name: news, url: "https://news.example.com/", role: observing}
    """
    search, *others = parsed(text)
    assert search == Probe(
        "search",
        SITE,
        Address(
            "/search.json",
            Method.POST,
            (
                Header("x-token", "Bearer the-word", "SITE_TOKEN"),
                Header("accept", "application/json"),
            ),
            (200, 201),
            "Home",
            JsonValue(("pages", "0", "title"), "Home"),
            3.0,
            if_there=True,
        ),
    )
    assert [each.scope for each in others] == [SITE, PLATFORM, OBSERVED]
    assert variables_of((search, *others)) == {"SITE_TOKEN": "Bearer the-word"}
    assert "the-word" not in repr(search)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("probes: [", "line 2: while parsing a flow node"),
        ("probes:\n  - {name: home, url: /}\n  - name: {a: [b]\n", "line 4: "),
        ("- 1", "line 1: keys with their values are to stand here"),
        (HOME + "  - home", "line 3, probe 2: keys with their values are to stand here"),
        ("probes: []", "line 1, probes: list should have at least 1 item"),
        ("probe: []", "line 1, probe: there is no such key"),
        ("a: &a [1]\nb: *a", "line 2: an alias"),
        ("probes: 1\nprobes: 2", "line 2: 'probes' is there twice"),
        (f"probes: {'[' * 9}{']' * 9}", "line 1: it is nested too deeply"),
        ("[" * 60_000, "line 1: it is nested too deeply"),
        ("probes: 2001-99-99", "month must be in 1..12"),
        ("probes: !!python/object/apply:os.system [x]", "line 1: could not determine"),
        ("a: 1\n---\nb: 2", "line 2: expected a single document in the stream but found another"),
        (b"\xff\xfe\x00", ""),
        ("#" * (MAX_PROBE_FILE_BYTES + 1), "it is longer than 65536 bytes"),
        (HOME + "  - {name: home, url: /b}", "2 probes are called 'home'"),
        (HOME + "  - {url: /b}", "line 3, probe 2, name: it is missing"),
        (HOME + "  - {name: B c, url: /b}", "line 3, probe 'B c', name: string should match"),
        (HOME + "  - {name: b, url: /b, satus: 200}", "line 3, probe 'b', satus: there is no such"),
        (HOME + '  - {name: b, url: /b, status: "200"}', "line 3, probe 'b', status: input should"),
        (HOME + "  - {name: b, url: /b, status: 99}", "line 3, probe 'b', status.0: input should"),
        (HOME + "  - {name: b, url: /b, status: []}", "line 3, probe 'b', status: value should"),
        (HOME + "  - {name: b, url: /b, timeout_s: 31}", "timeout_s: input should be less than"),
        (HOME + "  - {name: b, url: /b, timeout_s: 0}", "timeout_s: input should be greater"),
        (HOME + "  - {name: b, url: /b, role: maybe}", "role: input should be 'deciding' or"),
        (HOME + "  - {name: b, url: /b, if_there: 1}", "if_there: input should be a valid bool"),
        (HOME + "  - {name: b, url: /b, method: DELETE}", "method: input should be 'GET', 'HEAD'"),
        (HOME + "  - {name: b, url: /b, text: ''}", "text: string should have at least 1"),
        (HOME + "  - {name: b, url: /b, json: {equals: 1}}", "probe 'b', json.at: it is missing"),
        (HOME + "  - {name: b, url: /b, json: {at: a, equals: [1]}}", "json.equals: it is a text"),
        (HOME + "  - {name: b, url: /b, method: HEAD, text: x}", "what a HEAD answers has no text"),
        (HOME + "  - name: b\n    url: /b\n    json: {at: 1}", "line 5, probe 'b', json.at: input"),
        (HOME + "  - {name: b}", "line 3, probe 'b': it needs `url` or `look`, and not both"),
        (HOME + "  - {name: b, url: /, look: redis}", "it needs `url` or `look`, and not both"),
        (HOME + "  - {name: b, look: disk, role: observing}", "look: input should be 'runners'"),
        (HOME + "  - {name: b, look: redis}", "redis decides nothing: write `role: observing`"),
        (HOME + "  - {name: b, look: runners, text: x}", "beside `look` there is no `text`"),
        (HOME + "  - {name: b, look: runners, json: {at: x}}", "beside `look` there is no `json`"),
        (HOME + "  - {name: b, url: 'faq'}", "`url` is a path of the site"),
        (HOME + "  - {name: b, url: '//faq'}", "`url` is a path of the site"),
        (HOME + "  - {name: b, url: '/a b'}", "`url` is a path of the site"),
        (HOME + "  - {name: b, url: '/a#b'}", "`url` is a path of the site"),
        (HOME + "  - {name: b, url: 'https://', of: site}", "`url` is a path of the site"),
        (HOME + "  - {name: b, url: 'https://[', of: site}", "`url` is a path of the site"),
        (HOME + "  - {name: b, url: 'https://me:word@x.test/', of: site}", "`url` is a path"),
        (HOME + "  - {name: b, url: 'https://x.test/'}", "a whole address needs `of: site`"),
        (HOME + "  - {name: b, url: /b, of: platform}", "`of` is for whole addresses"),
        ("probes: [{name: r, look: runners}]", "no probe of the site decides"),
        ("probes: [{name: r, url: /, role: observing}]", "no probe of the site decides"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_probe(text: str | bytes, told: str) -> None:
    assert told in fault(text)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Authorization: Bearer the-word", "a secret is no part of the file: name a variable"),
        ("X-Api-Key: the-word", "a secret is no part of the file"),
        ("Cookie: the-word", "a secret is no part of the file"),
        ("x: $NOWHERE", "NOWHERE is not set"),
        ("x: $EMPTY", "EMPTY is not set"),
        ("x: $BROKEN", "the value of BROKEN cannot be sent"),
        ("x: Bearer $SITE_TOKEN", "a variable is named alone"),
        ("x: $SITE_TOKEN and more", "a variable is named alone"),
        ("x: ${SITE_TOKEN}", "a variable is named alone"),
        ('x: "a\\nb"', "its value cannot be sent"),
        ("x: é", "its value cannot be sent"),
        ("a b: c", "no header is called so"),
        ("x: 1", "input should be a valid string"),
    ],
)
def test_a_header_may_name_a_variable_and_holds_no_secret(header: str, told: str) -> None:
    text = f"{HOME}  - name: b\n    url: /b\n    headers:\n      {header}\n"
    said = fault(text)
    assert said.startswith("line 6, probe 'b', headers.")
    assert told in said
    assert "the-word" not in said


def test_all_mistakes_are_told_at_once() -> None:
    said = fault(HOME + "  - {name: b, url: /b, satus: 200}\n  - {name: c}\n")
    assert [each.partition(":")[0] for each in said.split("; ")] == [
        "line 3, probe 'b', satus",
        "line 4, probe 'c'",
    ]


def test_more_probes_than_may_be_asked_at_once_are_refused() -> None:
    many = "".join(f"  - {{name: p{number}, url: /}}\n" for number in range(MAX_PROBES + 1))
    assert "list should have at most 20 items" in fault(f"probes:\n{many}")


def test_a_file_that_is_wrong_or_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "probes.yaml"
    with pytest.raises(ProbesUnreadable, match=r"probes\.yaml cannot be read: No such file"):
        read_probes(path, dict[str, str]().get)
    path.write_text("probes: []")
    with pytest.raises(ProbesUnreadable, match=r"probes\.yaml: line 1, probes: list should"):
        read_probes(path, dict[str, str]().get)


@given(st.one_of(st.binary(max_size=200), st.text("probes:-{}[]&*!\n a1", max_size=200)))
def test_whatever_is_in_it_is_read_or_refused_with_a_sentence(text: bytes | str) -> None:
    with suppress(ProbesUnreadable):
        assert parsed(text)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
KEYS = (
    *("name", "url", "look", "method", "headers", "status", "text", "json", "timeout_s", "role"),
    *("of", "if_there"),
)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), max_size=3))
def test_whatever_stands_at_its_keys_is_read_or_refused_with_a_sentence(
    probes: list[dict[str, Any]],
) -> None:
    with suppress(ProbesUnreadable):
        assert parsed(yaml.safe_dump({"probes": probes}))


@given(
    st.lists(
        st.fixed_dictionaries(
            {"url": WORDS.map(lambda word: f"/{word}")},
            optional={
                "status": st.lists(st.integers(100, 599), min_size=1, max_size=3),
                "text": WORDS,
                "json": st.fixed_dictionaries(
                    {"at": WORDS}, optional={"equals": st.one_of(WORDS, st.integers())}
                ),
                "timeout_s": st.integers(1, 30),
                "if_there": st.booleans(),
            },
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_is_what_is_asked(probes: list[dict[str, Any]]) -> None:
    named = [{"name": f"p{number}", **probe} for number, probe in enumerate(probes)]
    for told, found in zip(named, parsed(yaml.safe_dump({"probes": named})), strict=True):
        assert isinstance(found.asks, Address)
        assert (found.name, found.asks.url) == (told["name"], told["url"])
        assert found.asks.statuses == tuple(told.get("status", [200]))
        assert found.asks.text == told.get("text", "")
        assert found.asks.timeout_s == told.get("timeout_s", 5)
        assert found.asks.if_there is told.get("if_there", False)
        if found.asks.json is not None:
            assert found.asks.json == JsonValue((told["json"]["at"],), told["json"].get("equals"))
