"""One bare git repository: objects and refs by libgit2, merges by git itself."""

import dataclasses
import functools
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, SortMode

from sandbox.github.accounts import Account
from sandbox.github.diffs import ChangedFile, ChangedPath, changed_file, path_of

COMMITTER = "GitHub"
COMMITTER_EMAIL = "noreply@github.com"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_DIFFS_KEPT = 256  # of the commits that are being talked about
# The user's own git configuration must change nothing here.
GIT_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Directory:
    """A directory of a commit: its tree's id, and its files by name."""

    id: str
    files: Mapping[str, bytes]


class GitRepository:
    """Not safe for threads: the caller holds GitHub's lock."""

    def __init__(self, path: Path) -> None:
        """Make a new bare repository at `path`."""
        self.path = path
        # git's own worktrees get in each other's way when they are added and pruned at once.
        self._worktrees = threading.Lock()
        # Commits never change, so neither do the differences between them.
        self.changed_files = functools.lru_cache(maxsize=_DIFFS_KEPT)(self._changed_files)
        self.changed_paths = functools.lru_cache(maxsize=_DIFFS_KEPT)(self._changed_paths)
        self._repo = pygit2.init_repository(path, bare=True, initial_head="main")

    def point_head(self, ref: str) -> None:
        """Have HEAD name another branch, which need not be there yet."""
        self._repo.references.create("HEAD", ref, force=True)

    def fetch(self, path: Path, refspec: str) -> None:
        """Take over refs of another repository, with all that they need."""
        self._git("fetch", "--quiet", "--no-tags", str(path), refspec).check_returncode()

    def borrow(self, path: Path, ref: str) -> str:
        """Take over what HEAD of another repository is, as `ref`; its objects stay over there."""
        (self.path / "objects" / "info" / "alternates").write_text(f"{path / 'objects'}\n")
        self._repo.odb.add_disk_alternate(str(path / "objects"))
        head = str(pygit2.Repository(str(path)).head.target)
        self.set_ref(ref, head)
        return head

    def sha(self, ref: str) -> str | None:
        """Return the commit that a full ref name points to."""
        reference = self._repo.references.get(ref)
        return None if reference is None else str(reference.peel(pygit2.Commit).id)

    def resolve(self, name: str) -> str | None:
        """Return the commit of a sha, branch or full ref name."""
        for ref in (f"refs/heads/{name}", name if name.startswith("refs/") else f"refs/{name}"):
            if pygit2.reference_is_valid_name(ref) and (sha := self.sha(ref)):
                return sha
        return name if self.has_commit(name) else None

    def has_commit(self, sha: str) -> bool:
        """Tell whether a full sha names a commit of this repository."""
        if len(sha) != 40 or not set(sha) <= set("0123456789abcdef"):
            return False
        return isinstance(self._repo.get(sha), pygit2.Commit)

    def refs(self, prefix: str) -> tuple[str, ...]:
        """Return the full names that start with `prefix`, sorted."""
        return tuple(sorted(ref for ref in self._repo.references if ref.startswith(prefix)))

    def set_ref(self, ref: str, sha: str) -> None:
        """Create or move a ref."""
        self._repo.references.create(ref, sha, force=True)

    def delete_ref(self, ref: str) -> None:
        """Delete a ref."""
        self._repo.references.delete(ref)

    def commit_object(self, sha: str) -> pygit2.Commit:
        """Return the commit; KeyError when there is none."""
        commit = self._repo[sha]
        if not isinstance(commit, pygit2.Commit):
            raise KeyError(sha)
        return commit

    def blob(self, sha: str, path: str) -> pygit2.Blob | None:
        """Return a file of a commit."""
        try:
            entry = self.commit_object(sha).tree[path]
        except KeyError:
            return None
        return entry if isinstance(entry, pygit2.Blob) else None

    def blob_by_id(self, blob_id: str) -> pygit2.Blob | None:
        """Return a file by the id of its content."""
        try:
            found = self._repo[blob_id]
        except (KeyError, ValueError):
            return None
        return found if isinstance(found, pygit2.Blob) else None

    def subtree(self, sha: str, path: str) -> Directory | None:
        """Return a directory of a commit, with the files that are directly in it."""
        try:
            tree = self.commit_object(sha).tree[path]
        except KeyError:
            return None
        if not isinstance(tree, pygit2.Tree):
            return None
        files = {entry.name or "": entry.data for entry in tree if isinstance(entry, pygit2.Blob)}
        return Directory(str(tree.id), files)

    def entry(self, sha: str, path: str) -> pygit2.Object | None:
        """Return what a path names in a commit (`filemode` says what it is); "" is the root."""
        tree = self.commit_object(sha).tree
        try:
            return tree[path] if path else tree
        except KeyError:
            return None

    def history(self, sha: str, path: str | None) -> tuple[str, ...]:
        """Return a commit and those before it, newest first; with a path, those that changed it."""
        limit = [] if path is None else ["--", path]
        log = self._output("--literal-pathspecs", "log", "--format=%H", sha, *limit)
        return tuple(log.decode().split())

    def diff_text(self, base: str, head: str) -> bytes:
        """Return the difference between two commits as `git diff` writes it."""
        return self._output("diff", base, head)

    def patch_text(self, base: str | None, head: str) -> bytes:
        """Return the commits after `base` as mails; with None, the commit `head` alone."""
        commits = ["-1", head] if base is None else [f"{base}..{head}"]
        return self._output("format-patch", "--stdout", *commits)

    def commit(
        self, tree: str, parents: tuple[str, ...], message: str, author: Account, when: int
    ) -> str:
        """Write a commit object by `author` at epoch second `when`; moves no ref.

        Its committer is GitHub, as of every commit that its API makes.
        """
        by = pygit2.Signature(author.login, author.email, when, 0)
        committer = pygit2.Signature(COMMITTER, COMMITTER_EMAIL, when, 0)
        return str(
            self._repo.create_commit(
                None, by, committer, message, tree, [pygit2.Oid(hex=sha) for sha in parents]
            )
        )

    def tree_with(self, parent: str | None, changes: Mapping[str, bytes | None]) -> str:
        """Write the tree of `parent` with files set, or deleted where the content is None.

        KeyError when a file to delete is not there.
        """
        index = pygit2.Index()
        if parent is not None:
            index.read_tree(self.commit_object(parent).tree)
        for path, content in changes.items():
            if content is None:
                try:
                    index.remove(path)
                except OSError as error:
                    raise KeyError(path) from error
            else:
                blob = self._repo.create_blob(content)
                index.add(pygit2.IndexEntry(path, blob, FileMode.BLOB))
        return str(index.write_tree(self._repo))

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor of two commits."""
        base = self._repo.merge_base(one, other)
        return None if base is None else str(base)

    def ahead_behind(self, head: str, base: str) -> tuple[int, int]:
        """Return how many commits `head` has that `base` lacks, and the reverse."""
        return self._repo.ahead_behind(head, base)

    def commits_between(self, base: str, head: str) -> tuple[str, ...]:
        """Return the commits of `head` that `base` lacks, oldest first."""
        walker = self._repo.walk(head, SortMode.TOPOLOGICAL | SortMode.REVERSE)
        walker.hide(base)
        return tuple(str(commit.id) for commit in walker)

    def merge_tree(self, base: str, head: str) -> str | None:
        """Merge two commits as git does; the tree's id, or None on a conflict."""
        merged = self._git("merge-tree", "--write-tree", "--no-messages", base, head)
        if merged.returncode not in (0, 1):
            raise RuntimeError(f"git merge-tree failed: {merged.stderr}")
        return merged.stdout.split("\n", 1)[0] if merged.returncode == 0 else None

    def _changed_files(self, base: str | None, head: str) -> tuple[ChangedFile, ...]:
        """Return the difference between two commits' trees, or from nothing without a base."""
        return tuple(changed_file(patch) for patch in self._diff(base, head) if patch is not None)

    def _changed_paths(self, base: str | None, head: str) -> tuple[ChangedPath, ...]:
        """Return the paths of that difference alone: they are known at once."""
        return tuple(ChangedPath(*path_of(delta)) for delta in self._diff(base, head).deltas)

    def _diff(self, base: str | None, head: str) -> pygit2.Diff:
        tree = self.commit_object(head).tree
        if base is None:
            diff = tree.diff_to_tree(swap=True)
        else:
            diff = self.commit_object(base).tree.diff_to_tree(tree)
        diff.find_similar()
        return diff

    def first_change(self, commit: str, tree: str) -> tuple[str, int]:
        """Return the first file in which a tree differs from a commit's, and before which line.

        The line counts from 0, in the commit's file.
        """
        diff = self.commit_object(commit).tree.diff_to_tree(self._repo[tree].peel(pygit2.Tree))
        patch = next(iter(diff))
        if patch is None:
            raise ValueError("the trees have the same text")
        for hunk in patch.hunks:
            line = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
            for each in hunk.lines:
                if each.origin != " ":
                    break
                line += 1
            return patch.delta.new_file.path, line
        raise ValueError("the trees have the same text")

    def add_worktree(self, path: Path, sha: str) -> None:
        """Check a commit out into a new directory."""
        with self._worktrees:
            self._git("worktree", "add", "--detach", str(path), sha).check_returncode()

    def prune_worktrees(self) -> None:
        """Forget the worktrees whose directories are gone."""
        with self._worktrees:
            self._git("worktree", "prune").check_returncode()

    def _output(self, *arguments: str) -> bytes:
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.path, env=GIT_ENVIRONMENT, stdout=subprocess.PIPE, check=True
        ).stdout

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=GIT_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
