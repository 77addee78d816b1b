"""Whether a head commit is deployed wherever its base asks for that before a merge: pure, no I/O.

Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#require-deployments-to-succeed-before-merging
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.webhook_facts import DeployState

# What somebody has to deploy anew, or to mend.
_FAILED = frozenset({DeployState.FAILURE, DeployState.ERROR})


def with_deployments(
    verdict: ChecksVerdict, environments: Iterable[str], deployed: Mapping[str, DeployState]
) -> ChecksVerdict:
    """The verdict on a head whose checks are green, by where else it has to be deployed.

    `deployed` has the state of its newest deployment to each environment. GitHub asks for one
    that is active: what another deployment has taken the place of is waited for anew.
    """
    if verdict.state is not ChecksState.GREEN:
        return verdict
    states = {name.casefold(): state for name, state in deployed.items()}
    asked = {name: states.get(name.casefold()) for name in environments}
    failed = tuple(_named(name) for name, state in asked.items() if state in _FAILED)
    if failed:
        return replace(verdict, state=ChecksState.RED, failed=failed)
    missing = tuple(_named(name) for name, state in asked.items() if state != DeployState.SUCCESS)
    return replace(verdict, state=ChecksState.PENDING, missing=missing) if missing else verdict


def would_be_deployed(
    verdict: ChecksVerdict, deployed: Mapping[str, DeployState], told: Mapping[str, DeployState]
) -> bool:
    """True where a deployment is waited for, and webhooks tell of one otherwise than was read."""
    return bool(verdict.missing) and any(deployed.get(name) != told[name] for name in told)


def _named(environment: str) -> str:
    return f"the deployment to {environment}"
