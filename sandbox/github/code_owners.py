"""Who owns which files: patterns of whole paths, of folders and of all files are modelled.

Source: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from collections.abc import Iterator

from sandbox.github import mergeability
from sandbox.github.entities import PullRequest, Repository

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


def of_changes(repository: Repository, pull: PullRequest) -> Iterator[frozenset[str]]:
    """Return, for each file that a pull request changes and somebody owns, who does."""
    rules = list(_rules(repository, pull.base_ref))
    for file in mergeability.files(repository, pull):
        owners = next((who for pattern, who in reversed(rules) if _owns(pattern, file.path)), None)
        if owners:
            yield owners


def _rules(repository: Repository, branch: str) -> Iterator[tuple[str, frozenset[str]]]:
    sha = repository.git.sha(f"refs/heads/{branch}")
    blobs = (repository.git.blob(sha, place) for place in _PLACES) if sha else ()
    blob = next((each for each in blobs if each is not None), None)
    for line in blob.data.decode().splitlines() if blob else ():
        pattern, *owners = line.partition("#")[0].split() or [""]
        if pattern:
            yield pattern, frozenset(each.removeprefix("@") for each in owners)


def _owns(pattern: str, path: str) -> bool:
    if pattern == "*":
        return True
    place = pattern.removeprefix("/")
    return path.startswith(place) if place.endswith("/") else path == place
