"""What rules ask of a merge and of a branch beside checks, and in which words it is refused.

Each text is one that people were answered by api.github.com; where the page is not GitHub's own,
it is where they told so.
"""

from collections.abc import Iterator
from typing import Any, Literal

from sandbox.github import code_owners, opinions
from sandbox.github.accounts import Access, Account
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.git_repository import COMMITTER_EMAIL
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.requirements import Protection, Rule, Ruleset

Method = Literal["merge", "squash", "rebase"]
# https://github.com/microsoft/winget-pkgs/pull/379724
_VIOLATIONS = "Repository rule violations found"
# https://github.com/apstndb/spanner-mycli/issues/307, and its like for the others
_NOT_ALLOWED = {
    "merge": "Merge commits are not allowed on this repository.",
    "squash": "Squash merges are not allowed on this repository.",
    "rebase": "Rebase merges are not allowed on this repository.",
}
# https://github.com/chdsbd/kodiak/issues/295
_LINEAR = "This branch must not contain merge commits."
# https://github.com/reitermarkus/automerge/issues/160
_UNSIGNED = (
    "Base branch requires signed commits. Rebase merges cannot be automatically signed by GitHub"
)
# https://github.com/pascalgn/automerge-action/issues/235
_QUEUE = "Changes must be made through the merge queue"
# As people quote it who push to such a branch, or merge into it: it is in no page of GitHub's.
_NOT_DEPLOYED = "Missing successful active {} deployment{}."
# https://github.com/dmf-mxl/mxl/issues/356
_CREATION = "Cannot create ref due to creations being restricted."
_UPDATE = "Cannot update this protected ref."
# https://github.com/satisfactory-factories/application/issues/67
_DIRECTLY = "Changes must be made through a pull request."
_FORCE = "Cannot force-push to this branch"
# https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request#resolving-conversations
_CONVERSATION = "A conversation must be resolved before this pull request can be merged."
_LOCKED = "Cannot change this locked branch"
_OPERATORS = {
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
}


def rulesets_of(repository: Repository, branch: str) -> tuple[Ruleset, ...]:
    """Return the rulesets that bind a branch."""
    return tuple(each for each in repository.rulesets.values() if each.binds(branch))


def is_strict(repository: Repository, branch: str) -> bool:
    """Whether a branch asks that what is merged into it is up to date."""
    protection = repository.protections.get(branch)
    rules = _asked(repository, branch, "required_status_checks")
    by_rules = (each.parameters.get("strict_required_status_checks_policy") for each in rules)
    return bool(protection and protection.strict and protection.checks) or any(by_rules)


def review_decision(repository: Repository, pull: PullRequest) -> str | None:
    """Return what GraphQL tells as `reviewDecision`: nothing where no review is asked for."""
    asked = [*_reviews_of_rulesets(repository, pull.base_ref)]
    if protection := repository.protections.get(pull.base_ref):
        asked += _reviews_of_protection(protection)
    asked = [each for each in asked if each[0] or each[1]]
    if not asked:
        return None
    counting = opinions.latest_opinionated(pull, writers_only=True)
    if any(each.state == "CHANGES_REQUESTED" for each in counting):
        return "CHANGES_REQUESTED"
    lacking = [line for each in asked for line in _lacking_review(repository, pull, *each)]
    return "REVIEW_REQUIRED" if lacking else "APPROVED"


def check_merge(
    repository: Repository, pull: PullRequest, method: Method, by: Account, *, queued: bool = False
) -> None:
    """Refuse a merge that the rules of its base, but for checks, do not let pass.

    One by the merge queue, `queued`, is made by the method that the queue is set to.
    """
    if not queued:
        _check_method(repository, pull, method)
    protection = repository.protections.get(pull.base_ref)
    if protection and (protection.for_admins or by.access < Access.ADMIN):
        for line in _violations_of_protection(repository, pull, protection):
            raise RefusedError(Reason.NOT_MERGEABLE, line)
    violations = _violations_of_rulesets(repository, pull, by)
    lines = list(dict.fromkeys(each for each in violations if not queued or each != _QUEUE))
    if lines:
        raise RefusedError(Reason.NOT_MERGEABLE, _told(lines))


def check_creation(repository: Repository, branch: str, by: Account) -> None:
    """Refuse to create a branch where rulesets forbid it, or another name."""
    lines = [_CREATION for _ in _asked(repository, branch, "creation", by)]
    for rule in _asked(repository, branch, "branch_name_pattern", by):
        lines += _broken_pattern(rule, branch, "Branch name")
    _refuse(lines)


def check_update(repository: Repository, branch: str, by: Account, *, force: bool) -> None:
    """Refuse to move a branch where rulesets forbid it."""
    lines = [_UPDATE for _ in _asked(repository, branch, "update", by)]
    lines += [_DIRECTLY for _ in _asked(repository, branch, "pull_request", by)]
    lines += [_QUEUE for _ in _asked(repository, branch, "merge_queue", by)]
    lines += [_FORCE for _ in _asked(repository, branch, "non_fast_forward", by) if force]
    _refuse(lines)


def check_commit(
    repository: Repository, branch: str, message: str, author: Account, by: Account
) -> None:
    """Refuse what GitHub would commit on a branch whose rulesets ask for something else of it."""
    told = {
        "commit_message_pattern": ("Commit message", message),
        "commit_author_email_pattern": ("Commit author email", author.email),
        "committer_email_pattern": ("Committer email", COMMITTER_EMAIL),
    }
    lines: list[str] = []
    for kind, (what, text) in told.items():
        for rule in _asked(repository, branch, kind, by):
            lines += _broken_pattern(rule, text, what)
    _refuse(lines)


def _refuse(lines: list[str]) -> None:
    if lines:
        raise RefusedError(Reason.UNPROCESSABLE, _told(list(dict.fromkeys(lines))))


def _told(lines: list[str]) -> str:
    return "\n\n".join([_VIOLATIONS, *lines]) + "\n\n"


def _asked(
    repository: Repository, branch: str, kind: str, by: Account | None = None
) -> Iterator[Rule]:
    for ruleset in rulesets_of(repository, branch):
        if by is None or ruleset.bypass_of(by) != "always":
            yield from ruleset.asks(kind)


def _check_method(repository: Repository, pull: PullRequest, method: Method) -> None:
    allowed = set(repository.merge_methods)
    for rule in _asked(repository, pull.base_ref, "pull_request"):
        allowed &= set(rule.parameters.get("allowed_merge_methods") or allowed)
    if method not in allowed:
        raise RefusedError(Reason.NOT_MERGEABLE, _NOT_ALLOWED[method])
    protection = repository.protections.get(pull.base_ref)
    is_linear = any(_asked(repository, pull.base_ref, "required_linear_history"))
    if method == "merge" and (is_linear or (protection and protection.linear_history)):
        raise RefusedError(Reason.NOT_MERGEABLE, _LINEAR)
    if method == "rebase" and any(_asked(repository, pull.base_ref, "required_signatures")):
        raise RefusedError(Reason.NOT_MERGEABLE, _UNSIGNED)


def _violations_of_protection(
    repository: Repository, pull: PullRequest, protection: Protection
) -> Iterator[str]:
    if protection.locked:
        yield _LOCKED
    for asked in _reviews_of_protection(protection):
        yield from _lacking_review(repository, pull, *asked)
    if protection.conversations and _is_discussed(pull):
        yield _CONVERSATION


def _violations_of_rulesets(
    repository: Repository, pull: PullRequest, by: Account
) -> Iterator[str]:
    for ruleset in rulesets_of(repository, pull.base_ref):
        if ruleset.bypass_of(by) != "never":
            continue
        yield from (_QUEUE for _ in ruleset.asks("merge_queue"))
        yield from (_UPDATE for _ in ruleset.asks("update"))
        for rule in ruleset.asks("required_deployments"):
            yield from _lacking_deployments(repository, pull, rule)
        for rule in ruleset.asks("pull_request"):
            yield from _lacking_review(repository, pull, *_reviews_by(rule.parameters))
            if rule.parameters.get("required_review_thread_resolution") and _is_discussed(pull):
                yield _CONVERSATION


def _lacking_deployments(repository: Repository, pull: PullRequest, rule: Rule) -> Iterator[str]:
    """Return what GitHub says where the head is not deployed to each environment of a rule.

    Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#require-deployments-to-succeed-before-merging
    """
    of_head = [each for each in repository.deployments.values() if each.sha == pull.head_sha]
    newest = {each.environment: each.statuses[-1].state for each in of_head if each.statuses}
    asked = rule.parameters["required_deployment_environments"]
    missing = [name for name in asked if newest.get(name) != "success"]
    if missing:
        yield _NOT_DEPLOYED.format(" and ".join(missing), "s" if len(missing) > 1 else "")


def _is_discussed(pull: PullRequest) -> bool:
    return any(not thread.is_resolved for thread in pull.threads)


def _reviews_of_rulesets(repository: Repository, branch: str) -> Iterator[tuple[int, bool]]:
    return (_reviews_by(rule.parameters) for rule in _asked(repository, branch, "pull_request"))


def _reviews_by(parameters: Any) -> tuple[int, bool]:  # noqa: ANN401 - JSON
    count = int(parameters.get("required_approving_review_count") or 0)
    return count, bool(parameters.get("require_code_owner_review"))


def _reviews_of_protection(protection: Protection) -> Iterator[tuple[int, bool]]:
    if protection.approvals is not None:
        yield protection.approvals, protection.code_owners


def _lacking_review(
    repository: Repository, pull: PullRequest, count: int, by_owners: bool
) -> Iterator[str]:
    """Return what GitHub says of reviews that are not there.

    Sources: https://github.com/Reviewable/Reviewable/issues/561 and
    https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    counting = opinions.latest_opinionated(pull, writers_only=True)
    if (count or by_owners) and any(each.state == "CHANGES_REQUESTED" for each in counting):
        yield "Changes have been requested by reviewers with write access."
        return
    approving = {each.author.login for each in counting if each.state == "APPROVED"}
    if len(approving) < count:
        reviewed = "review is" if count == 1 else "reviews are"
        yield f"At least {count} approving {reviewed} required by reviewers with write access."
    elif by_owners:
        for owners in code_owners.of_changes(repository, pull):
            if not owners & approving:
                yield f"Waiting on code owner review from {', '.join(sorted(owners))}."
                return


def _broken_pattern(rule: Rule, text: str, what: str) -> list[str]:
    """Return what GitHub says of a text that does not match, regular expressions left out.

    Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#metadata-restrictions
    """
    operator, pattern = str(rule.parameters["operator"]), str(rule.parameters["pattern"])
    if _OPERATORS[operator](text, pattern) is not bool(rule.parameters.get("negate")):
        return []
    return [f"{what} must {operator.replace('_', ' ')} a matching pattern: {pattern}"]
