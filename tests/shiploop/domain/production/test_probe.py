from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.production.probe import (
    ProbeResult,
    ProbeScope,
    ProbeVerdict,
    Sample,
    read_sample,
    write_sample,
)
from tests.builders import NOON

results = st.builds(
    ProbeResult,
    name=st.text(),
    verdict=st.sampled_from(ProbeVerdict),
    evidence=st.text(),
    scope=st.sampled_from(ProbeScope),
)
samples = st.builds(
    Sample,
    at=st.datetimes(timezones=st.just(UTC)),
    live_sha=st.none() | st.text(),
    results=st.lists(results).map(tuple),
)


@given(samples)
def test_a_round_is_read_back_as_it_was_written(taken: Sample) -> None:
    assert read_sample(write_sample(taken)) == taken


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"at": "noon", "results": []}'])
def test_what_is_no_round_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_sample(text)


def test_a_probe_looks_at_the_site_unless_it_says_otherwise() -> None:
    assert ProbeResult("home", ProbeVerdict.PASS, "answers 200").scope is ProbeScope.SITE


def test_a_round_names_what_failed_in_it_and_decides_something() -> None:
    taken = Sample(
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
