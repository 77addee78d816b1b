"""Starts and stops everything for one command."""

import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import httpx

from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS
from shiploop.settings import Settings
from shiploop.stack.addresses import (
    Addresses,
    choose_addresses,
    note_of_stack,
    port_of,
    socket_of,
    write_note,
)
from shiploop.stack.embedded_servers import (
    EmbeddedPostgres,
    EmbeddedRedis,
    embedded_postgres,
    embedded_redis,
)
from shiploop.stack.environment import REPOSITORY, shared_environment
from shiploop.stack.extras import require_packages
from shiploop.stack.home import only_stack_of, require_plain_path
from shiploop.stack.keep_alive import kept_alive
from shiploop.stack.process import Process, StackFailed

# The sandbox world keeps its state in memory: started again, it would be another world.
_WORLD = ("github", "site")
_START_TIMEOUT_S = 120.0  # Prefect's first migrations on a slow machine
_WORKFLOWS = ["--workflows", "deployments/github/workflows"]
SAMPLE_REPOSITORY = Path("sandbox/sample_repository")


class Stack:
    """Everything that questions need, started at once and stopped together.

    Without GITHUB_REPO the sandbox world is started too. That world begins anew each
    time, and so does the embedded Redis that knows of it.
    """

    def __init__(
        self,
        settings: Settings,
        told: Callable[[str], None],
        dashboard: bool = False,
        given_up: threading.Event | None = None,
        files: Path = SAMPLE_REPOSITORY,
    ) -> None:
        """`told` hears the name of each process that is ready. `dashboard`: start that too, last.

        Once `given_up` is set, the start fails. The sandbox's repository begins with `files`.

        Raises PortTaken, HomeTaken, HomeUnusable, PackageMissing and ProbesUnreadable.
        """
        require_packages(settings)
        self._settings = settings
        self._told = told
        self._home = settings.home.resolve()
        if settings.redis_url is None or settings.prefect_api_url is None:
            require_plain_path(self._home)
        with only_stack_of(self._home):  # its ports are taken too, but that says less
            pass
        self._addresses = choose_addresses(settings, dashboard)
        self._admin_token, self._platform_token = secrets.token_hex(20), secrets.token_hex(20)
        self._slack_webhook = f"T000/B000/{secrets.token_hex(12)}"
        self._environment = shared_environment(
            settings, self._addresses, self._home, self._slack_webhook
        )
        self._processes: dict[str, Process] = {}
        self._redis: EmbeddedRedis | None = None
        self._postgres: EmbeddedPostgres | None = None
        self._servers = ExitStack()
        # One client: making one takes 20 ms of CPU, which all that starts needs more.
        self._http = httpx.Client()
        self._servers.callback(self._http.close)
        self._given_up = given_up or threading.Event()
        self._files = files

    def __enter__(self) -> Addresses:
        """Start all processes at once.

        Raises StackFailed or HomeTaken, and then nothing is left running.
        """
        self._servers.enter_context(only_stack_of(self._home))
        try:
            self._start_all()
            self._wait_for_runners()
            self._describe()  # whoever wants to ask need not wait for the dashboard
            if self._addresses.dashboard:
                self._start_dashboard()
                self._describe()
            self._keep_alive()
        except BaseException:
            self._stop_all()
            raise
        return self._addresses

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything: the users of a process before the process."""
        self._stop_all()

    @property
    def environment(self) -> dict[str, str]:
        """What a further process of this stack, such as one more runner, needs to be told."""
        return dict(self._environment)

    @property
    def admin_token(self) -> str:
        """Opens the sandbox's GitHub as its administrator, who may push to main."""
        return self._admin_token

    def process(self, name: str) -> Process:
        """One process of the stack: `github`, `site`, `api`, `prefect`, `runner-1`, …"""
        return self._processes[name]

    def _start_all(self) -> None:
        starts = [self._start_redis, self._start_prefect, self._start_api, self._start_runner]
        if self._settings.github_repo is None:
            shutil.rmtree(self._home / "redis", ignore_errors=True)
            starts += [self._start_github, self._start_site]
        try:
            self._start_side_by_side(starts)
        except (OSError, httpx.HTTPError, subprocess.SubprocessError) as error:
            raise StackFailed(f"{error} (logs: {self._home / 'logs'})") from error

    def _start_side_by_side(self, starts: list[Callable[[], None]]) -> None:
        with ThreadPoolExecutor(len(starts)) as pool:
            try:
                for started in as_completed([pool.submit(start) for start in starts]):
                    started.result()
            except BaseException:
                self._given_up.set()
                raise

    def _start_redis(self) -> None:
        if self._settings.redis_url is None:
            server = embedded_redis(socket_of(self._addresses.redis), self._home / "redis")
            self._redis = self._servers.enter_context(server)
        self._told("redis")

    def _start_prefect(self) -> None:
        if self._settings.prefect_api_url is not None:
            return
        environment = {
            "PREFECT_UI_API_URL": self._environment["PREFECT_API_URL"],
            "PREFECT_SERVER_API_AUTH_STRING": self._environment["PREFECT_API_AUTH_STRING"],
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self._addresses.prefect,
        }
        if self._settings.prefect_database_url is None:
            self._postgres = self._servers.enter_context(embedded_postgres(self._home))
            environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = self._postgres.url
        port = str(port_of(self._addresses.prefect))
        command = ["shiploop.stack.prefect_server", port]
        self._start("prefect", command, f"{self._addresses.prefect}/api/health", environment)

    def _start_github(self) -> None:
        port, home = str(port_of(self._addresses.github)), str(self._home / "sandbox")
        tokens = {
            self._environment["GITHUB_TOKEN"]: "shiploop-bot:write",
            self._platform_token: "deploy-platform:write",
            self._admin_token: "ada:admin",
        }
        self._start(
            "github",
            ["sandbox", "--port", port, "--home", home, "--repo", REPOSITORY, *self._seed()],
            f"{self._addresses.github}/_sandbox/healthz",
            {
                "SANDBOX_TOKENS": ",".join(f"{each}:{account}" for each, account in tokens.items()),
                "SANDBOX_SLACK_WEBHOOK": self._slack_webhook,
            },
        )
        self._add_webhook(f"{self._addresses.api}/webhooks/github", sorted(WEBHOOK_EVENTS))
        self._add_webhook(f"{self._addresses.site}/hooks/github", ["push"])

    def _seed(self) -> list[str]:
        return ["--seed", str(self._files), *_WORKFLOWS]

    def _start_site(self) -> None:
        port, home = str(port_of(self._addresses.site)), self._home / "site"
        shutil.rmtree(home, ignore_errors=True)
        self._start(
            "site",
            ["sandbox.site", "--port", port, "--home", str(home)],
            f"{self._addresses.site}/healthz",
            {
                "SITE_GITHUB_API_URL": self._addresses.github,
                "SITE_GITHUB_TOKEN": self._platform_token,
                "SITE_GITHUB_REPO": REPOSITORY,
                "SITE_WEBHOOK_SECRET": self._environment["GITHUB_WEBHOOK_SECRET"],
            },
        )

    def _start_api(self) -> None:
        # Ready once it answers; whether it is healthy depends on processes that start meanwhile.
        self._start("api", ["api"], f"{self._addresses.api}/openapi.json", {})

    def _start_runner(self) -> None:
        for number in range(1, self._settings.runners + 1):
            self._begin(f"runner-{number}", ["shiploop.runner"], {})

    def _start(
        self, name: str, arguments: list[str], url: str, environment: dict[str, str]
    ) -> None:
        self._wait_for(self._begin(name, arguments, environment), url)
        self._told(name)

    def _wait_for(self, process: Process, url: str) -> None:
        process.wait_until(self._http, url, _START_TIMEOUT_S, self._given_up)

    def _begin(self, name: str, arguments: list[str], environment: dict[str, str]) -> Process:
        log_path = self._home / "logs" / f"{name}.log"
        log_path.unlink(missing_ok=True)
        process = Process(
            name,
            ["-m", "shiploop.stack.launch", *arguments],
            {**self._environment, **environment},
            log_path,
        )
        self._processes[name] = process
        process.start()
        return process

    def _add_webhook(self, url: str, events: list[str]) -> None:
        secret = self._environment["GITHUB_WEBHOOK_SECRET"]
        config = {"url": url, "content_type": "json", "secret": secret}
        self._http.post(
            f"{self._addresses.github}/repos/{REPOSITORY}/hooks",
            json={"name": "web", "config": config, "events": events, "active": True},
            headers={"authorization": f"Bearer {self._admin_token}"},
        ).raise_for_status()

    def _wait_for_runners(self) -> None:
        if self._settings.runners:
            # The API is healthy as soon as one runner has shown a sign of life.
            self._wait_for(self._processes["runner-1"], f"{self._addresses.api}/healthz")
            self._told("runner")

    def _start_dashboard(self) -> None:
        # It takes seconds of CPU to load, which those before it need more.
        address = self._addresses.dashboard
        given = {"SHIPLOOP_DASHBOARD_PORT": str(port_of(address))}
        self._start("dashboard", ["dashboard"], f"{address}/_stcore/health", given)

    def _keep_alive(self) -> None:
        for name, process in self._processes.items():
            if name not in _WORLD:
                process.keep_alive(self._describe)
        for server in (self._redis, self._postgres):
            if server is not None:
                self._servers.enter_context(kept_alive(server, self._describe))

    def _stop_all(self) -> None:
        note_of_stack(self._home).unlink(missing_ok=True)
        # The runners first, while there still is a Prefect to tell how their runs ended.
        runners = [each for each in self._processes.values() if each.name.startswith("runner")]
        others = [each for each in self._processes.values() if each not in runners]
        for processes in (runners, others):
            with ThreadPoolExecutor(max(1, len(processes))) as pool:
                list(pool.map(Process.stop, processes))
        self._servers.close()

    def _describe(self) -> None:
        pids = {name: process.pid for name, process in self._processes.items()}
        redis_pid = self._redis.pid if self._redis else None
        write_note(self._home, self._addresses, {"redis": redis_pid, **pids})
