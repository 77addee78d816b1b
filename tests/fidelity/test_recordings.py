"""The sandbox answers with all that api.github.com answered when somebody recorded it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from tests.fidelity.conftest import Recording
from tests.fidelity.openapi import RestDescription
from tests.fidelity.tourist import Exchange, Json

pytestmark = pytest.mark.xdist_group("fidelity")  # one tour, one reading of large schemas

Shape = dict[str, set[str]]
"""The types of each place in an answer."""

_REPOSITORY = "GET /repos/{owner}/{repo} 200"
_PROTECTION = "PUT /repos/{owner}/{repo}/branches/{branch}/protection 200"

# What the recordings have and the sandbox has not, and why.
NOT_MODELLED = {
    ("GET / 200", "hub_url"): "no longer described",
    (_REPOSITORY, "organization"): "as `owner`; sent for an organization's repository alone",
    (_REPOSITORY, "temp_clone_token"): "of private repositories",
    (_REPOSITORY, "topics[]"): "has none",
    (_REPOSITORY, "use_squash_pr_title_as_default"): "deprecated",
    ("GET /repos/{owner}/{repo}/contents/{path} 200", "[].download_url"): "may be null",
    (_PROTECTION, "block_creations"): "not modelled",
    (_PROTECTION, "required_pull_request_reviews.dismissal_restrictions"): "not modelled",
    (_PROTECTION, "required_signatures"): "not modelled",
    (_PROTECTION, "restrictions"): "not modelled",
}


def test_every_recorded_answer_has_its_like_in_the_sandbox(
    rest_description: RestDescription,
    recording: Recording,
    recorded_at_github: tuple[Exchange, ...],
) -> None:
    ours, theirs = (
        shapes(rest_description, exchanges)
        for exchanges in (recording.exchanges, recorded_at_github)
    )
    both = ours.keys() & theirs.keys()
    assert len(both) >= 20
    missing = {
        (operation, place)
        for operation in both
        for place, types in theirs[operation].items()
        if not types & ours[operation].get(place, set())
    }
    # What is below a missing place is missing with it.
    whole = {
        (operation, place)
        for operation, place in missing
        if not is_below(place, (other for of, other in missing if of == operation))
    }
    assert whole == NOT_MODELLED.keys()


def is_below(place: str, others: Iterable[str]) -> bool:
    """Tell whether a place is within one of the others."""
    return any(place.startswith((f"{other}.", f"{other}[")) for other in others)


def shapes(description: RestDescription, exchanges: Iterable[Exchange]) -> dict[str, Shape]:
    """Return what the bodies of each operation's answers look like, by status."""
    found: dict[str, Shape] = defaultdict(lambda: defaultdict(set))
    for each in exchanges:
        try:
            operation = description.operation(each.method, each.path)
        except LookupError:
            continue
        for place, kind in places(each.body):
            found[f"{operation} {each.status}"][place].add(kind)
    return found


def places(value: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each place in a JSON value, and the type of what is there."""
    if value is None or value == "":
        yield place, "nothing"
    else:
        yield place, type(value).__name__
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner, f"{place}[]")
