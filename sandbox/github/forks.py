"""Forks: a copy of a repository under another account, and pull requests from it.

Sources: https://docs.github.com/en/rest/repos/forks#create-a-fork and
https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request (`head` as `user:branch`).
What is pushed to a fork's branch later is not modelled, and no workflow runs for a fork: as
GitHub's own default is, they wait for a maintainer to approve them.
"""

from sandbox.github.accounts import Account
from sandbox.github.entities import Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub


def create(github: GitHub, repository: Repository, by: Account) -> Repository:
    """Return the account's fork of a repository, made now when there is none."""
    if by is repository.owner:
        raise RefusedError(Reason.FORBIDDEN, "You cannot fork your own repository.")
    found = github.find_repository(by.login, repository.name)
    if found is None:
        found = github.add_repository(f"{by.login}/{repository.name}")
        found.source = repository
        found.git.fetch(repository.git.path, "+refs/heads/*:refs/heads/*")
    if found.source is not repository:
        raise RefusedError(Reason.UNPROCESSABLE, f"{found.full_name} exists already.")
    return found


def find_head(github: GitHub, repository: Repository, head: str) -> tuple[Repository, str]:
    """Return the repository and the branch that a pull request's `head` names."""
    login, separator, branch = head.rpartition(":")
    if not separator or login == repository.owner.login:
        return repository, branch
    for each in github.repositories.values():
        if each.source is repository and each.owner.login == login:
            return each, branch
    error = {"resource": "PullRequest", "field": "head", "code": "invalid"}
    raise RefusedError(Reason.UNPROCESSABLE, "Validation Failed", (error,))
