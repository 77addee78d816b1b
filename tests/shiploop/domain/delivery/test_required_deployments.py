"""A head whose checks are green, and that has to be deployed somewhere before it is merged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.required_deployments import with_deployments, would_be_deployed
from shiploop.domain.delivery.webhook_facts import DeployState

GREEN = ChecksVerdict(ChecksState.GREEN, flaky=("lint",))
ENVIRONMENTS = st.lists(st.sampled_from(["staging", "Preview"]), unique=True)
STATES = st.dictionaries(
    st.sampled_from(["staging", "preview", "prod"]), st.sampled_from(DeployState)
)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (DeployState.SUCCESS, ChecksState.GREEN),
        (DeployState.FAILURE, ChecksState.RED),
        (DeployState.ERROR, ChecksState.RED),
        (DeployState.INACTIVE, ChecksState.PENDING),
        (DeployState.IN_PROGRESS, ChecksState.PENDING),
        (DeployState.QUEUED, ChecksState.PENDING),
        (DeployState.PENDING, ChecksState.PENDING),
        (DeployState.WAITING, ChecksState.PENDING),
        (DeployState.UNKNOWN, ChecksState.PENDING),
    ],
)
def test_each_state_of_a_deployment_decides(state: DeployState, verdict: ChecksState) -> None:
    assert with_deployments(GREEN, ["staging"], {"staging": state}).state is verdict


def test_what_lacks_or_failed_is_named() -> None:
    failed = with_deployments(GREEN, ["staging", "eu"], {"staging": DeployState.ERROR})
    assert failed.failed == ("the deployment to staging",)
    pending = with_deployments(GREEN, ["staging", "eu"], {"staging": DeployState.SUCCESS})
    assert pending.missing == ("the deployment to eu",)


def test_the_case_of_an_environment_makes_no_difference() -> None:
    assert with_deployments(GREEN, ["Staging"], {"staging": DeployState.SUCCESS}) == GREEN


@given(st.sampled_from(ChecksState), ENVIRONMENTS, STATES)
def test_checks_come_first_and_nothing_is_asked_where_no_rule_does(
    state: ChecksState, environments: list[str], deployed: dict[str, DeployState]
) -> None:
    verdict = ChecksVerdict(state)
    decided = with_deployments(verdict, environments, deployed)
    if state is not ChecksState.GREEN or not environments:
        assert decided == verdict
    if decided.state is ChecksState.GREEN:
        assert state is ChecksState.GREEN


def test_a_webhook_is_worth_a_look_where_it_tells_of_something_else() -> None:
    pending = with_deployments(GREEN, ["staging"], {})
    done = {"staging": DeployState.SUCCESS}
    assert would_be_deployed(pending, {}, done)
    assert not would_be_deployed(pending, done, done)
    assert not would_be_deployed(pending, {}, {})
    assert not would_be_deployed(GREEN, {}, done)
