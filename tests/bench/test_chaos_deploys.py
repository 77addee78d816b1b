"""Which deploys are bad in `make chaos`, and what counts as a loss among them."""

from dataclasses import replace

import pytest

from bench.chaos.deploys import Deploy, losses, plan

WELL = Deploy(
    is_bad=False,
    task={"task_id": "a", "status": "done"},
    rollbacks=0,
    issues=0,
    drafts=0,
    is_in_faq=True,
    looks=9,
    failed_looks=2,
)
UNDONE = {
    "task_id": "b",
    "status": "error",
    "failure_kind": "unhealthy_deploy",
    "rollback": "healthy",
    "error": "site-health failing",
}
BAD = Deploy(
    is_bad=True,
    task=UNDONE,
    rollbacks=1,
    issues=1,
    drafts=1,
    is_in_faq=False,
    looks=7,
    failed_looks=6,
)


def test_what_is_healthy_and_stays_and_what_is_bad_and_undone_is_no_loss() -> None:
    assert losses([WELL, BAD]) == ()


@pytest.mark.parametrize(
    ("deploy", "loss"),
    [
        (
            replace(WELL, task={**UNDONE, "task_id": "a"}),
            "healthy deploy a: ended as ('error', 'unhealthy_deploy', 'healthy'): "
            "site-health failing",
        ),
        (replace(WELL, rollbacks=1), "healthy deploy a: 1 rollbacks"),
        (replace(WELL, issues=1), "healthy deploy a: 1 issues"),
        (replace(WELL, is_in_faq=False), "healthy deploy a: its entry is not in the FAQ"),
        (
            replace(BAD, task={"task_id": "b", "status": "done"}),
            "bad deploy b: ended as ('done', None, None): None",
        ),
        (replace(BAD, rollbacks=0), "bad deploy b: 0 rollbacks"),
        (replace(BAD, drafts=2), "bad deploy b: 2 drafts"),
        (replace(BAD, is_in_faq=True), "bad deploy b: its entry stayed in the FAQ"),
    ],
)
def test_everything_else_is_one(deploy: Deploy, loss: str) -> None:
    assert losses([WELL, deploy]) == (loss,)


def test_healthy_deploys_at_which_no_probe_failed_show_nothing() -> None:
    assert losses([replace(WELL, failed_looks=0), BAD]) == (
        "no probe failed at a healthy deploy: nothing was shown",
    )


def test_the_first_deploy_is_healthy_and_the_bad_ones_are_among_the_others() -> None:
    assert plan(30, 6, seed=1) == plan(30, 6, seed=1) != plan(30, 6, seed=2)
    for seed in range(50):
        deploys = plan(30, 6, seed)
        assert (len(deploys), sum(deploys), deploys[0]) == (36, 6, False)
