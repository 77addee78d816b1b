"""Which environment is production, and what its deployments say of a commit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.production.deployment import (
    Deployment,
    PlatformWord,
    Progress,
    ask_platform,
    deployed_sha,
    production_environments,
)

SITE = "https://docs.example.com/guide"
OURS, LATER, OLDER = "a" * 40, "b" * 40, "c" * 40
CONTAINS = {OURS: True, LATER: True, OLDER: False}


def to(environment: str, **fields: object) -> Deployment:
    return replace(Deployment(OURS, environment, DeployState.SUCCESS), **fields)  # type: ignore[arg-type]


def production(sha: str, state: DeployState) -> Deployment:
    return Deployment(sha, "production", state)


def names(*deployments: Deployment, named: tuple[str, ...] = ()) -> set[str]:
    return set(production_environments(deployments, SITE, named))


def test_what_somebody_has_named_wins() -> None:
    assert names(to("production"), named=("main - service",)) == {"main - service"}


def test_the_address_of_the_site_comes_before_marks_and_names() -> None:
    at_home = to("edge", environment_url=SITE)
    assert names(to("production"), to("live", is_production=True), at_home) == {"edge"}


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("https://docs.example.com", True),
        ("https://docs.example.com/", True),
        ("http://docs.example.com/guide/", True),
        ("https://docs.example.com:443/guide", True),
        ("https://DOCS.example.com/guide", True),
        ("https://docs.example.com/guide/pr-preview/7/", False),
        ("https://docs.example.com/guid", False),
        ("https://docs.example.com:8443/guide", False),
        ("https://pr-7.docs.example.com/guide", False),
        ("https://docs.example.com.evil.test/guide", False),
        ("", False),
        ("not an address", False),
        ("https://[", False),
        ("https://docs.example.com:port/", False),
    ],
)
def test_an_address_is_the_sites_where_the_site_is_served_from_it(
    address: str, is_ours: bool
) -> None:
    found = names(to("somewhere", environment_url=address), to("live", is_production=True))
    assert found == ({"somewhere"} if is_ours else {"live"})


def test_githubs_mark_comes_before_the_usual_names() -> None:
    assert names(to("production"), to("live", is_production=True)) == {"live"}


@pytest.mark.parametrize(
    "name",
    [
        "production",
        "Production",
        "Production \N{EN DASH} docs",
        "production - docs",
        "docs (Production)",
        "github-pages",
    ],
)
def test_the_usual_names_are_known(name: str) -> None:
    assert names(to(name), to("Preview")) == {name}


@pytest.mark.parametrize(
    "name",
    [
        "Preview",
        "docs (Preview)",
        "Preview \N{EN DASH} production",
        "staging",
        "pre-production",
        "productionish",
        "",
    ],
)
def test_other_names_are_nobodys_production(name: str) -> None:
    assert names(to(name)) == set()


def test_what_is_transient_is_never_production() -> None:
    assert names(to("production", is_transient=True, environment_url=SITE)) == set()


@pytest.mark.parametrize(
    ("newest_first", "expected"),
    [
        ([], Progress.UNKNOWN),
        ([(OLDER, DeployState.SUCCESS)], Progress.UNKNOWN),
        ([(OURS, DeployState.SUCCESS)], Progress.LIVE),
        ([(OURS, DeployState.PENDING)], Progress.BUILDING),
        ([(OURS, DeployState.UNKNOWN)], Progress.BUILDING),
        ([(OURS, DeployState.FAILURE)], Progress.FAILED),
        ([(OURS, DeployState.ERROR)], Progress.FAILED),
        ([(OURS, DeployState.INACTIVE)], Progress.SKIPPED),
        # The newest deployment of a commit counts, whatever an earlier one came to.
        ([(OURS, DeployState.PENDING), (OURS, DeployState.SUCCESS)], Progress.BUILDING),
        ([(OURS, DeployState.PENDING), (OURS, DeployState.FAILURE)], Progress.BUILDING),
        ([(OURS, DeployState.SUCCESS), (OURS, DeployState.FAILURE)], Progress.LIVE),
        ([(OURS, DeployState.FAILURE), (OURS, DeployState.SUCCESS)], Progress.FAILED),
        # A later commit contains it.
        ([(LATER, DeployState.SUCCESS)], Progress.LIVE),
        ([(LATER, DeployState.SUCCESS), (OURS, DeployState.INACTIVE)], Progress.LIVE),
        ([(LATER, DeployState.PENDING), (OURS, DeployState.FAILURE)], Progress.BUILDING),
        ([(LATER, DeployState.FAILURE), (OURS, DeployState.SUCCESS)], Progress.LIVE),
        ([(LATER, DeployState.PENDING), (OURS, DeployState.SUCCESS)], Progress.LIVE),
        # Somebody went back to an older one afterwards.
        ([(OLDER, DeployState.SUCCESS), (OURS, DeployState.SUCCESS)], Progress.REPLACED),
        ([(OLDER, DeployState.FAILURE), (OURS, DeployState.SUCCESS)], Progress.LIVE),
        ([(OURS, DeployState.SUCCESS), (OLDER, DeployState.SUCCESS)], Progress.LIVE),
    ],
)
def test_the_word_of_one_environment(
    newest_first: list[tuple[str, DeployState]], expected: Progress
) -> None:
    deployments = [production(sha, state) for sha, state in newest_first]
    assert ask_platform(deployments, {"production"}, CONTAINS).progress is expected


def test_of_several_environments_each_that_speaks_has_to_be_live() -> None:
    docs, app = "Production - docs", "Production - app"
    both = {docs, app}

    def asked(*deployments: Deployment) -> Progress:
        return ask_platform(deployments, both, CONTAINS).progress

    live, building = to(docs), to(app, state=DeployState.PENDING)
    assert asked(live) is Progress.LIVE
    assert asked(live, building) is Progress.BUILDING
    assert asked(live, to(app, state=DeployState.INACTIVE)) is Progress.LIVE
    assert asked(live, to(app, state=DeployState.FAILURE)) is Progress.FAILED


def test_the_word_names_its_deployment() -> None:
    failed = replace(production(OURS, DeployState.FAILURE), log_url="https://logs.test/1")
    asked = ask_platform([failed], {"production"}, CONTAINS)
    assert asked == PlatformWord(Progress.FAILED, failed)


def test_what_is_deployed_is_the_newest_success() -> None:
    pending, live = production(LATER, DeployState.PENDING), production(OURS, DeployState.SUCCESS)
    assert deployed_sha([pending, live, production(OLDER, DeployState.SUCCESS)]) == OURS
    assert deployed_sha([pending]) is None


_SHAS = (OURS, LATER, OLDER)
_DEPLOYMENTS = st.lists(
    st.builds(
        Deployment,
        sha=st.sampled_from(_SHAS),
        environment=st.sampled_from(["production", "Preview", "staging"]),
        state=st.sampled_from(DeployState),
    ),
    max_size=12,
)


@given(_DEPLOYMENTS)
def test_nothing_is_live_without_a_success_of_production_that_contains_it(
    deployments: list[Deployment],
) -> None:
    word = ask_platform(deployments, {"production"}, CONTAINS)
    ours = [one for one in deployments if one.environment == "production" and CONTAINS[one.sha]]
    if word.progress is Progress.LIVE:
        assert word.deployment in ours
        assert word.deployment.state is DeployState.SUCCESS
    assert (word.deployment is None) == (not ours)


@given(_DEPLOYMENTS)
def test_previews_change_nothing(deployments: list[Deployment]) -> None:
    of_production = [one for one in deployments if one.environment == "production"]
    assert ask_platform(deployments, {"production"}, CONTAINS) == ask_platform(
        of_production, {"production"}, CONTAINS
    )
