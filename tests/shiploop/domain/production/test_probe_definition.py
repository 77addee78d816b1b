"""Whether an answer is as it must be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.production.probe import ProbeScope
from shiploop.domain.production.probe_definition import (
    Address,
    Answer,
    JsonValue,
    Look,
    Method,
    Place,
    Probe,
    described,
    fault_of,
    is_no_such_page,
    place_of,
)

INDEX = Answer(200, "<!doctype html><title>Docs</title><h1>Docs</h1>", is_html=True)
SHA = Address("/healthz", json=JsonValue(("sha",)))
SCALARS = st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.floats(allow_nan=False))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("/", Place.SITE),
        ("/a?b=c", Place.SITE),
        ("{faq}", Place.FAQ),
        ("{api}/readyz", Place.API),
        ("https://api.example.com/health", Place.ELSEWHERE),
        ("http://127.0.0.1:1/", Place.ELSEWHERE),
        ("//elsewhere.example.com/", None),
        ("faq", None),
        ("{prefect}/", None),
        ("{apis}/", None),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_whose_an_address_is(url: str, place: Place | None) -> None:
    assert place_of(url) is place


@pytest.mark.parametrize("status", [200, 204])
def test_each_of_the_expected_statuses_is_well(status: int) -> None:
    asked = Address("/", statuses=(200, 204))
    assert fault_of(Answer(status), asked) == ""
    assert fault_of(Answer(500), asked) == "answers 500"


@pytest.mark.parametrize(
    ("page", "is_html", "text", "is_shown"),
    [
        ("<p>All <b>systems</b>\n go</p>", True, "All systems go", True),
        ("<p>All systems go</p>", True, "all systems go", False),
        ("<p>Terms &amp; <i>conditions</i></p>", True, "Terms & conditions", True),
        ("<script>go()</script>", True, "go()", False),
        ("<p>looking</p>", True, "OK", False),
        ('<p class="note">x</p>', True, 'class="note"', False),
        ("<p>All systems go</p>", False, "<p>All", True),
        ("User-agent: *\nAllow: /", False, "Allow: /", True),
    ],
)
def test_a_text_is_there_where_a_reader_reads_it(
    page: str, is_html: bool, text: str, is_shown: bool
) -> None:
    fault = fault_of(Answer(200, page, is_html), Address("/", text=text))
    assert fault == ("" if is_shown else f"answers 200 without the text {text!r}")


@pytest.mark.parametrize(
    ("keys", "equals", "fault"),
    [
        (("sha",), None, ""),
        (("sha",), "abc", ""),
        (("checks", "0", "up"), True, ""),
        (("checks", "0", "up"), 1, "answers 200 with another value at checks.0.up than 1"),
        (("count",), 7, ""),
        (("count",), "7", "answers 200 with another value at count than '7'"),
        (("nothing",), None, "answers 200 without a value at nothing"),
        (("missing",), None, "answers 200 without a value at missing"),
        (("checks", "1"), None, "answers 200 without a value at checks.1"),
        (("checks", "up"), None, "answers 200 without a value at checks.up"),
        (("sha", "0"), None, "answers 200 without a value at sha.0"),
    ],
)
def test_a_value_of_json_has_to_stand_at_its_keys(
    keys: tuple[str, ...], equals: str | int | bool | None, fault: str
) -> None:
    body = json.dumps({"sha": "abc", "checks": [{"up": True}], "count": 7, "nothing": None})
    assert fault_of(Answer(200, body), Address("/", json=JsonValue(keys, equals))) == fault


@pytest.mark.parametrize(
    "answer",
    [INDEX, *(Answer(200, text) for text in ("", "[" * 200_000, "9" * 10_000, "{"))],
    ids=["index.html", "nothing", "deep", "long", "half"],
)
def test_a_host_that_answers_every_path_with_a_page_turns_no_probe_of_json_green(
    answer: Answer,
) -> None:
    assert fault_of(answer, SHA).startswith("answers 200 ")


@given(SCALARS, SCALARS)
def test_a_value_is_well_where_it_is_the_same_json(found: object, wanted: object) -> None:
    asked = Address("/", json=JsonValue(("a",), wanted))  # type: ignore[arg-type]
    is_well = fault_of(Answer(200, json.dumps({"a": found})), asked) == ""
    assert is_well is (json.dumps(found) == json.dumps(wanted) or _is_zero(found, wanted))


def _is_zero(found: object, wanted: object) -> bool:
    return isinstance(found, float) and isinstance(wanted, float) and found == wanted == 0


@given(st.text(max_size=300), st.booleans())
def test_any_answer_is_judged(text: str, is_html: bool) -> None:
    for asked in (SHA, Address("/", text="x")):
        assert fault_of(Answer(200, text, is_html), asked).startswith(("", "answers 200"))


@pytest.mark.parametrize(("status", "is_missing"), [(200, True), (404, True), (500, False)])
def test_what_may_be_the_answer_of_a_site_without_such_a_page(
    status: int, is_missing: bool
) -> None:
    assert is_no_such_page(Answer(status)) is is_missing


def test_what_a_probe_asks_is_told_in_a_few_words() -> None:
    scope = ProbeScope.SITE
    assert described(Probe("runners", scope, Look.RUNNERS)) == "runners"
    assert described(Probe("home", scope, Address("/"))) == "home (/)"
    head = Address("/feed.xml", method=Method.HEAD)
    assert described(Probe("feed", scope, head)) == "feed (HEAD /feed.xml)"
