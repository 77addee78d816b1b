from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.production.probe import (
    ProbeResult,
    ProbeScope,
    ProbeVerdict,
    Round,
    read_round,
    write_round,
)
from tests.builders import NOON

results = st.builds(
    ProbeResult,
    name=st.text(),
    verdict=st.sampled_from(ProbeVerdict),
    evidence=st.text(),
    scope=st.sampled_from(ProbeScope),
)
rounds = st.builds(
    Round,
    at=st.datetimes(timezones=st.just(UTC)),
    live_sha=st.none() | st.text(),
    results=st.lists(results).map(tuple),
)


@given(rounds)
def test_a_round_is_read_back_as_it_was_written(taken: Round) -> None:
    assert read_round(write_round(taken)) == taken


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"at": "noon", "results": []}'])
def test_what_is_no_round_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_round(text)


def test_a_probe_looks_at_the_site_unless_it_says_otherwise() -> None:
    assert ProbeResult("home", ProbeVerdict.PASS, "answers 200").scope is ProbeScope.SITE


def test_a_round_names_what_failed_in_it_and_decides_something() -> None:
    taken = Round(
        NOON,
        None,
        (
            ProbeResult("home", ProbeVerdict.PASS, ""),
            ProbeResult("healthz", ProbeVerdict.FAIL, ""),
            ProbeResult("faq", ProbeVerdict.INCONCLUSIVE, ""),
            ProbeResult("api", ProbeVerdict.FAIL, "", ProbeScope.PLATFORM),
            ProbeResult("sentry", ProbeVerdict.FAIL, "", ProbeScope.OBSERVED),
        ),
    )
    assert taken.failing == ("healthz", "api")
