"""The state of the sandbox GitHub: its repositories and the services that act on them."""

import collections
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sandbox.faults import Faults
from sandbox.github.accounts import Accounts
from sandbox.github.app_authentication import AppKey
from sandbox.github.app_manifests import Manifests
from sandbox.github.deliveries import Deliveries
from sandbox.github.entities import Notification, Repository
from sandbox.github.git_repository import GitRepository
from sandbox.github.rate_limit import RateLimits
from sandbox.latency import LatencySetting
from sandbox.schedule import Schedule

_CONCURRENT_WORKFLOWS = 2
_NOTIFICATIONS_KEPT = 1000


class GitHub:
    """Everything there is; `lock` is held around every read and change of it."""

    def __init__(self, home: Path, accounts: Accounts, app_key: AppKey | None = None) -> None:
        self.home = home
        self.accounts = accounts
        self.app_key = app_key
        self.latency = LatencySetting()
        self.faults = Faults()
        self.schedule = Schedule()
        self.deliveries = Deliveries(self.faults, self.schedule)
        self.rate_limits = RateLimits()
        self.manifests = Manifests()
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.url = ""
        self.started_at = self.now()
        self.repositories: dict[str, Repository] = {}
        self.former_names: dict[str, Repository] = {}
        self.notifications = collections.deque[Notification](maxlen=_NOTIFICATIONS_KEPT)
        accounts.add("web-flow")
        accounts.app_bot()
        self.actions_bot = accounts.add("github-actions[bot]", "Bot")
        self.planning = ThreadPoolExecutor(1, thread_name_prefix="workflow-planning")
        self.runners = ThreadPoolExecutor(_CONCURRENT_WORKFLOWS, thread_name_prefix="workflow")
        self.payloads_alike: dict[str, bytes] = {}  # by event, what others are packed beside
        self._ids = itertools.count(1)

    def next_id(self) -> int:
        """The next database id, of any kind of thing."""
        return next(self._ids)

    def add_repository(self, full_name: str) -> Repository:
        """Make an empty repository."""
        owner, name = full_name.split("/")
        now = self.now()
        repository = Repository(
            id=self.next_id(),
            owner=self.accounts.add(owner, "Organization"),
            name=name,
            git=GitRepository(self.home / "git" / owner / f"{name}.git"),
            created_at=now,
            pushed_at=now,
        )
        self.repositories[full_name.lower()] = repository
        return repository

    def find_repository(self, owner: str, name: str) -> Repository | None:
        """Return a repository; names are compared without case, as GitHub does."""
        return self.repositories.get(f"{owner}/{name}".lower())

    def repository_by_id(self, number: str) -> Repository | None:
        """Return the repository of a database id, which a rename leaves as it is."""
        found = (each for each in self.repositories.values() if str(each.id) == number)
        return next(found, None)

    @staticmethod
    def now() -> datetime:
        """The time now, in UTC and whole seconds as GitHub gives it."""
        return datetime.now(UTC).replace(microsecond=0)

    def start(self) -> None:
        """Start the threads that act by themselves."""
        self.schedule.start()

    def stop(self) -> None:
        """Cancel what is running and end all threads."""
        self.stopping.set()
        self.planning.shutdown(cancel_futures=True)
        self.runners.shutdown(cancel_futures=True)
        self.schedule.stop()
        self.deliveries.stop()
