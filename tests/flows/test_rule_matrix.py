"""Rules alone and in pairs: how an answer and a rollback end under them.

It is what docs/settings-of-your-repository.md says, of the rules that the sandbox models. A merge
that cannot pass is asked for once at most, and nothing waits for what will not come.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest

from shiploop.stores.rollbacks import Rollbacks
from tests.loopback import loopback
from tests.rolling import pulls_from, redis_of, said
from tests.until import until, wait_until
from tests.world import REPOSITORY, World

pytestmark = [pytest.mark.xdist_group("house-world"), pytest.mark.timeout(120)]

MERGE: Final = "PUT /repos/{owner}/{repo}/pulls/{number}/merge"
BASE: Final = "~DEFAULT_BRANCH"
TASKS: Final = "refs/heads/bot/**/*"  # and of rollbacks
METHODS: Final = ("allow_squash_merge", "allow_rebase_merge", "allow_merge_commit")

OVER: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
MERGES: Final = {"healthy": 1, "approved": 2, "stuck": 1}

Rule = Mapping[str, Any]


def rule(kind: str, **parameters: object) -> Rule:
    return {"type": kind, "parameters": parameters}


def reviewed(count: int = 0, **parameters: object) -> Rule:
    return rule("pull_request", required_approving_review_count=count, **parameters)


def merged_by(*methods: str) -> Rule:
    return reviewed(allowed_merge_methods=list(methods))


def checked(*, strict: bool) -> Rule:
    checks = [{"context": "faq-gate"}]
    return rule(
        "required_status_checks",
        required_status_checks=checks,
        strict_required_status_checks_policy=strict,
    )


def addressed(kind: str, end: str) -> Rule:
    return rule(f"{kind}_email_pattern", operator="ends_with", pattern=end)


def worded(words: str, operator: str = "contains") -> Rule:
    return rule("commit_message_pattern", operator=operator, pattern=words)


REVIEW: Final = reviewed(1)
OWNERS: Final = reviewed(require_code_owner_review=True)
TALKED: Final = reviewed(required_review_thread_resolution=True)
LINEAR: Final = rule("required_linear_history")
SIGNED: Final = rule("required_signatures")

# How a task ends: its status, and for whom it waits or of which kind its failure is; a word of why.
DONE: Final = ("done", "", "")
# How a rollback ends: it, and a word of why; `approved` once somebody has approved it.
HEALTHY: Final = ("healthy", "")
APPROVED: Final = ("approved", "")


@dataclass(frozen=True, slots=True)
class Case:
    """What rules ask for on branches, and what that comes to.

    A task is `refused_by_github` where only GitHub knows, at the merge.
    """

    rules: Sequence[Rule]
    task: tuple[str, str, str] = DONE
    rollback: tuple[str, str] = HEALTHY
    on: str = BASE
    bypass: bool = False
    parents: int = 1
    refused_by_github: bool = False

    @property
    def is_strict(self) -> bool:
        """Whether what is merged has to be up to date."""
        strict = "strict_required_status_checks_policy"
        return any(each["parameters"].get(strict) for each in self.rules)


def refused(why: str) -> tuple[str, str, str]:
    return "error", "rules", why


WAITS: Final = ("waiting", "review", "review")
NO_METHOD: Final = "by no method"

ALONE: Final[Mapping[str, Case]] = {
    "required checks": Case([checked(strict=False)]),
    "branches that are up to date": Case([checked(strict=True)]),
    "required reviews": Case([REVIEW], WAITS, APPROVED),
    "reviews from code owners": Case([OWNERS], ("waiting", "code_owner", "code owner"), APPROVED),
    "approval of the last push": Case(
        [reviewed(1, require_last_push_approval=True)], WAITS, APPROVED
    ),
    "resolved conversations, none open": Case([TALKED]),
    "rebase only": Case([merged_by("rebase")]),
    "merge commits only": Case([merged_by("merge")], parents=2),
    "linear history": Case([LINEAR]),
    "signed commits": Case([SIGNED]),
    "restricted updates": Case([rule("update")], refused("update main"), ("stuck", "updat")),
    "restricted creations": Case(
        [rule("creation")],
        refused("create branches such as bot/"),
        ("stuck", "creations"),
        on=TASKS,
    ),
    "blocked force pushes": Case([rule("non_fast_forward")], on=TASKS),
    "branch names": Case(
        [rule("branch_name_pattern", operator="starts_with", pattern="feature/")],
        refused("branch names must start with 'feature/'"),
        ("stuck", "feature/"),
        on=TASKS,
    ),
    "commit messages": Case(
        [worded("docs: ", "starts_with")], refused("must start with 'docs: '"), ("stuck", "docs: ")
    ),
    "sign-offs": Case(
        [worded("Signed-off-by: ")],
        refused("must contain 'Signed-off-by: '"),
        ("stuck", "Signed-off"),
    ),
    "authors with GitHub's own address": Case(
        [addressed("commit_author", "@users.noreply.github.com")]
    ),
    "authors with other addresses": Case(
        [addressed("commit_author", "@example.org")],
        refused("@example.org"),
        ("stuck", "@example.org"),
        refused_by_github=True,
    ),
    "committers with other addresses": Case(
        [addressed("committer", "@example.org")],
        refused("@example.org"),
        ("stuck", "@example.org"),
        refused_by_github=True,
    ),
}
PAIRS: Final[Mapping[str, Case]] = {
    "review and up to date": Case([REVIEW, checked(strict=True)], WAITS, APPROVED),
    "code owners and conversations": Case(
        [reviewed(require_code_owner_review=True, required_review_thread_resolution=True)],
        ("waiting", "code_owner", "code owner"),
        APPROVED,
    ),
    "linear history and rebase only": Case([LINEAR, merged_by("rebase")]),
    "linear history and merge commits only": Case(
        [LINEAR, merged_by("merge")], refused(NO_METHOD), ("stuck", "not allowed")
    ),
    "checks and up to date": Case([checked(strict=False), checked(strict=True)]),
    "signatures and squash only": Case([SIGNED, merged_by("squash")]),
    "signatures and rebase only": Case(
        [SIGNED, merged_by("rebase")], refused(NO_METHOD), ("stuck", "not allowed")
    ),
    "review and the bypass list": Case([REVIEW], bypass=True),
    "checks and sign-offs": Case(
        [checked(strict=False), worded("Signed-off-by: ")],
        refused("must contain 'Signed-off-by: '"),
        ("stuck", "Signed-off"),
    ),
    "review and linear history": Case([REVIEW, LINEAR], WAITS, APPROVED),
}


@pytest.fixture(scope="module")
def world(house_world: World) -> World:
    """The stack, in a repository that leaves each way of merging and has an owner for each file."""
    house_world.write_as_person("PATCH", "", **dict.fromkeys(METHODS, True))
    house_world.commit_as_person("* @ada\n", path=".github/CODEOWNERS")
    return house_world


@pytest.fixture
def rollbacks(world: World) -> Iterator[Rollbacks]:
    """What is known of rollbacks; merges go on after the test, where one was stuck."""
    with redis_of(world) as redis:
        yield Rollbacks(redis)


def merges(world: World) -> int:
    told = loopback.get(f"{world.addresses.github}/_sandbox/requests").raise_for_status().json()
    return sum(each["operation"] == MERGE for each in told)


def reads(world: World) -> int:
    told = loopback.get(f"{world.addresses.github}/_sandbox/requests").raise_for_status().json()
    return sum("ReadProtection" in each["operation"] for each in told)


@contextmanager
def ruleset(world: World, case: Case) -> Iterator[None]:
    """The rules of a case, known to the runner, for the length of the block."""
    actor = {"actor_type": "RepositoryRole", "actor_id": 4, "bypass_mode": "pull_request"}
    made = world.write_as_person(
        "POST",
        "/rulesets",
        name="matrix",
        enforcement="active",
        bypass_actors=[actor] if case.bypass else [],
        conditions={"ref_name": {"include": [case.on], "exclude": []}},
        rules=list(case.rules),
    )
    begun = reads(world)
    try:
        wait_until(lambda: reads(world) >= begun + 2, timeout_s=60)
        yield
    finally:
        address = f"{world.addresses.github}/repos/{REPOSITORY}/rulesets/{made['id']}"
        headers = {"authorization": f"Bearer {world.admin_token}"}
        loopback.delete(address, headers=headers).raise_for_status()


def plain(name: str) -> str:
    return name.replace(",", "").replace("'", "").replace(" ", "-")


def assert_task_ends(world: World, case: Case, task_id: str) -> None:
    status, what, why = case.task
    task = world.wait(task_id)
    told = task.get("waiting_for") or task.get("failure_kind") or ""
    assert (task["status"], told) == (status, what), task
    state = until(lambda: world.prefect_state(task_id), lambda now: now["type"] in OVER)
    assert why in state["message"]
    opened = status != "error" or case.refused_by_github
    assert len(pulls_from(world, f"bot/notes-{task_id}")) == opened
    if status == "done":
        parents = world.github(f"/commits/{task['merge_sha']}")["parents"]
        assert len(parents) == case.parents
    if status == "waiting":  # or it would go on once the rules are gone
        loopback.delete(f"{world.addresses.api}/api/agent/tasks/{task_id}").raise_for_status()


def assert_rollback_ends(world: World, case: Case, rollbacks: Rollbacks, sha: str) -> None:
    ending, why = case.rollback
    branch = f"bot/undo-rollback-{sha}"
    if ending == "approved":
        waits = "waits for a review"
        wait_until(lambda: any(waits in each and sha[:12] in each for each in said(world)))
        (pull,) = pulls_from(world, branch)
        world.write_as_person("POST", f"/pulls/{pull['number']}/reviews", event="APPROVE", body=".")
    status = "stuck" if ending == "stuck" else "healthy"
    rollback = until(
        lambda: rollbacks.read(sha), lambda now: now is not None and now.status.ended, 90
    )
    assert rollback is not None
    assert rollback.status == status, rollback
    assert why in rollback.fields["rollback_reason"]
    assert len(pulls_from(world, branch)) <= 1


@pytest.mark.parametrize("name", [*ALONE, *PAIRS])
def test_an_answer_and_a_rollback_end_as_the_table_says(
    world: World, rollbacks: Rollbacks, name: str
) -> None:
    case = {**ALONE, **PAIRS}[name]
    # Before the rules keep people off.
    sha = world.commit_as_person(f"# {name}\n", path=f"docs/{plain(name)}.md")
    with ruleset(world, case):
        before = merges(world)
        # Both at once: an answer waits until the rollback is over, where that is merged at all.
        world.start_prefect_run("rollback", merge_sha=sha, reason=f"to see {name}")
        task_id = world.ask_of("notes", line=f"Under {plain(name).replace('-', ' ')}")
        assert_rollback_ends(world, case, rollbacks, sha)
        assert_task_ends(world, case, task_id)
        # One for each that is merged, one that is refused until somebody approves, of what can
        # never be merged one at most; and one that is behind, for the other was merged before.
        is_tried = case.task[0] == "done" or case.refused_by_github
        most = MERGES[case.rollback[0]] + is_tried + case.is_strict
        assert merges(world) - before <= most
