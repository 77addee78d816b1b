"""Every fault that can be drilled: the command line names them without loading a stack."""

from enum import StrEnum


class DrillFault(StrEnum):
    """What goes wrong in a drill."""

    BAD_DEPLOY = "bad_deploy"
    FLAKY_HEALTH = "flaky_health"
    WRONG_ENVIRONMENT = "wrong_environment"
    DEPLOY_FAILED = "deploy_failed"
    DEPLOY_NEVER_LIVE = "deploy_never_live"
    SITE_DOWN = "site_down"
    ROLLBACK_CONFLICT = "rollback_conflict"
    BAD_ROLLBACK = "bad_rollback"
    ALREADY_UNHEALTHY = "already_unhealthy"
    RUNNER_DEAD = "runner_dead"
