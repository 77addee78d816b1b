"""The one thread that builds: fetch the branch, render it, put it live."""

import dataclasses
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pygit2

from sandbox.faults import Fault
from sandbox.site.build import Build, Builder, BuildFailedError
from sandbox.site.control_panel import ControlPanel, FaultsSet
from sandbox.site.deployments import DeploymentReporter
from sandbox.site.github_api import DeploymentState, GitHubApi
from sandbox.site.source import AddedLines, Clone

_log = logging.getLogger(__name__)
_POLL_INTERVAL_S = 2.0
_CONNECT_INTERVAL_S = 0.1
_LOGS_KEPT = 1000


class Deployer(threading.Thread):
    """Keeps the live build at the newest commit of the default branch.

    A push only wakes it: what is built is whatever a git fetch finds, so one build runs at a time
    and commits that were pushed meanwhile are skipped for the newest, as platforms do (a skipped
    commit gets no deployment at all). The same fetch, every two seconds, finds pushes whose
    webhook was lost.
    """

    def __init__(
        self,
        api: GitHubApi,
        panel: ControlPanel,
        reporter: DeploymentReporter,
        home: Path,
        token: str,
    ) -> None:
        super().__init__(name="deployer", daemon=True)
        self.live: Build | None = None
        """What is served; replaced in one assignment, so that sha and pages always agree."""
        self._api = api
        self._panel = panel
        self._reporter = reporter
        self._home = home
        self._token = token
        self._pushed = threading.Event()
        self._stopping = threading.Event()
        self._logs: dict[str, list[str]] = {}
        self._bad_merges: dict[str, AddedLines] = {}
        self._seen = ""

    def wake(self) -> None:
        """Look at the repository now."""
        self._pushed.set()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()
        self._pushed.set()

    def log_of(self, sha: str) -> str | None:
        """Return a build's log."""
        lines = self._logs.get(sha)
        return None if lines is None else "\n".join(lines)

    def run(self) -> None:
        """Build until stopped."""
        if (connected := self._connect()) is None:
            return
        clone, builder = connected
        attempted = ""
        while not self._stopping.is_set():
            self._pushed.clear()
            try:
                head = clone.fetch()
            except (pygit2.GitError, KeyError) as error:
                _log.warning("the repository cannot be fetched: %s", error)
            else:
                if head != attempted:
                    attempted = head
                    self._deploy(head, clone, builder)
                    continue  # what was pushed meanwhile may not have woken us
            self._pushed.wait(_POLL_INTERVAL_S)

    def _connect(self) -> tuple[Clone, Builder] | None:
        """Ask GitHub for the repository until it answers: both may just have been started."""
        _log.info("waiting for GitHub")
        while not self._stopping.is_set():
            try:
                repository = self._api.repository()
            except httpx.HTTPError:
                self._stopping.wait(_CONNECT_INTERVAL_S)
            else:
                path = self._home / "clone.git"
                url, branch = repository.clone_url, repository.default_branch
                return Clone(path, url, branch, self._token), Builder(repository)
        return None

    def _deploy(self, sha: str, clone: Clone, builder: Builder) -> None:
        started_s = time.monotonic()
        self._logs[sha] = []
        if len(self._logs) > _LOGS_KEPT:
            del self._logs[next(iter(self._logs))]
        faults = self._panel.faults()
        self._take_bad_merges(sha, clone, faults)
        if self.live is not None and faults.take(Fault.WRONG_ENVIRONMENT):
            self._report_preview(sha)
        self._reporter.report(sha, DeploymentState.IN_PROGRESS)
        if self.live is not None and faults.take(Fault.DEPLOY_SKIPPED):
            self._end(sha, "skipped: nothing that is built has changed", DeploymentState.INACTIVE)
            return
        if self.live is not None and faults.take(Fault.DEPLOY_FAILED):
            self._end(sha, "failed: the builder ran out of memory", DeploymentState.FAILURE)
            return
        try:
            build = builder.build(clone.snapshot(sha))
        except BuildFailedError as error:
            self._end(sha, f"failed: {error}", DeploymentState.FAILURE)
            return
        if self.live is not None and faults.take(Fault.DEPLOY_NEVER_LIVE):
            self._note(sha, "built; waiting for a machine")
            return
        if self.live is not None and faults.take(Fault.DEPLOY_PINNED):
            self._end(sha, "built; production is pinned", DeploymentState.SUCCESS)
            return
        build = dataclasses.replace(build, healthy=not _contains_any(self._bad_merges, sha, clone))
        if self.live is not None and faults.take(Fault.STALE_PAGES):  # as caches give them
            build = dataclasses.replace(build, pages=self.live.pages)
        told_early = faults.take(Fault.DEPLOY_TOLD_EARLY)
        if told_early:  # before the edges switch, as platforms do
            self._reporter.report(sha, DeploymentState.SUCCESS)
        deploy_s = self._panel.deploy_ms() / 1000
        self._stopping.wait(max(0.0, started_s + deploy_s - time.monotonic()))
        self.live = build
        elapsed_ms = (time.monotonic() - started_s) * 1000
        self._note(sha, f"live after {elapsed_ms:.0f} ms, {len(build.pages)} pages")
        if not told_early:
            self._reporter.report(sha, DeploymentState.SUCCESS)

    def _report_preview(self, sha: str) -> None:
        """A preview of the same commit is ready before production is."""
        for state in (DeploymentState.IN_PROGRESS, DeploymentState.SUCCESS):
            self._reporter.report(sha, state, "Preview")

    def _end(self, sha: str, line: str, state: DeploymentState) -> None:
        """Leave production as it is."""
        self._note(sha, line)
        self._reporter.report(sha, state)

    def _take_bad_merges(self, sha: str, clone: Clone, faults: FaultsSet) -> None:
        """Use `bad_deploy` for each commit that is new, also when one build brings several.

        A bad merge is remembered by the lines that it added. A build contains it as long as its
        files hold all of these lines; so reverting the merge heals the site, and nothing else
        has to tell which commit is a revert. A merge that added no line is bad by itself only.
        """
        new = clone.commits_between(self._seen, sha) if self._seen else ()
        self._seen = sha
        for commit in new:
            if not faults.take(Fault.BAD_DEPLOY):
                return
            self._bad_merges[commit] = clone.added_lines(commit)

    def _note(self, sha: str, line: str) -> None:
        self._logs[sha].append(line)
        _log.info("%s: %s", sha[:12], line)


def _contains_any(bad_merges: Mapping[str, AddedLines], sha: str, clone: Clone) -> bool:
    return sha in bad_merges or any(clone.contains(sha, lines) for lines in bad_merges.values())
