"""The first state of the sandbox: a repository whose first commit a person made."""

from pathlib import Path

from sandbox.github import refs
from sandbox.github.accounts import Access
from sandbox.github.entities import Repository
from sandbox.github.requirements import Protection, RequiredCheck
from sandbox.github.state import GitHub

_PERSON = "ada"
_WORKFLOWS = ".github/workflows"


def seed(
    github: GitHub,
    full_name: str,
    files: Path | None,
    workflows: Path | None,
    branch: str = "main",
) -> Repository:
    """Make the repository, commit its files and workflows, and protect its default branch.

    `files` is a folder of files, or a bare repository, which is taken over with its history.
    """
    repository = github.add_repository(full_name)
    person = github.accounts.add(_PERSON, access=Access.ADMIN)
    repository.default_branch = branch
    main = f"{refs.BRANCHES}{branch}"
    repository.git.point_head(main)
    contents, before = _read(workflows, f"{_WORKFLOWS}/"), None
    if files is not None and (files / "HEAD").is_file():
        before = repository.git.borrow(files.resolve(), main)
    else:
        contents = _read(files, "") | contents
        contents.setdefault("README.md", f"# {repository.name}\n".encode())
    if contents:
        tree, parents = repository.git.tree_with(before, contents), (before,) if before else ()
        when = int(github.now().timestamp())
        sha = repository.git.commit(tree, parents, "Begin the documentation\n", person, when)
        repository.git.set_ref(main, sha)
    repository.protections[repository.default_branch] = Protection((RequiredCheck("faq-gate"),))
    return repository


def _read(directory: Path | None, prefix: str) -> dict[str, bytes | None]:
    if directory is None:
        return {}
    return {
        prefix + path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
