"""Each disk that a stack writes to is full for a while: small ones, filled to the last byte."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bench.chaos.report import CannotShow, Report
from bench.chaos.small_disk import SmallDisk, small_disk
from bench.chaos.troubles import CI_MS, Trouble, outlive
from bench.chaos.world import ChaosWorld, chaos_world

_LASTS_S: Final = 8.0  # longer than a lease
_SLOTS: Final = 32
_START_TIMEOUT_S: Final = 120.0
# What is a disk of its own, and how large: so large that nothing fills it but we.
_MEGABYTES: Final = {"redis": 32, "results": 32, "clones": 32, "logs": 64, "postgres": 800}
_NO_SPACE: Final = "No space left on device"
_PROMISE: Final = "whatever disk is full for a while: it is named, and nothing accepted is lost"


class _Disks:
    """The folders of a stack's home that are disks; without a mount none is, and why."""

    def __init__(self) -> None:
        self._of: dict[str, SmallDisk] = {}
        self.not_shown: tuple[str, ...] = ()

    @contextmanager
    def mounted(self, home: Path) -> Iterator[None]:
        """Mount them for the length of the block."""
        with ExitStack() as mounts:
            try:
                for name, megabytes in _MEGABYTES.items():
                    self._of[name] = mounts.enter_context(small_disk(home / name, megabytes))
            except CannotShow as error:
                self.not_shown = (f"no space for {', '.join(_MEGABYTES)}: {error}",)
                mounts.close()
            yield

    def full(self, name: str) -> AbstractContextManager[None]:
        """Leave no byte of one of them for the length of the block."""
        return self._of[name].full()


def fill_disks() -> Report:
    """Fill each disk once, with tasks on their way."""
    disks = _Disks()
    with chaos_world(prepared=disks.mounted) as world:
        world.set_latency(ci_ms=CI_MS)
        _start_runner(world)
        world.wait_until("a runner", world.has_runner, _START_TIMEOUT_S)
        troubles = [_memory(world), *([] if disks.not_shown else _troubles(world, disks))]
        return outlive(world, "disk", _PROMISE, troubles, disks.not_shown)


def _memory(world: ChaosWorld) -> Trouble:
    begin = partial(_no_memory, world)
    return Trouble("Redis may take no more memory", begin, _LASTS_S, ("maxmemory",), "maxmemory")


def _troubles(world: ChaosWorld, disks: _Disks) -> Iterator[Trouble]:
    for name, what, named in (
        ("redis", "Redis", f"MISCONF.*{_NO_SPACE}"),
        ("results", "results", _NO_SPACE),
        ("clones", "the clone of the documents", f"git cannot|could not fetch.*{_NO_SPACE}"),
        ("postgres", "PostgreSQL", _NO_SPACE),
    ):
        yield Trouble(
            f"no space for {what}", partial(disks.full, name), _LASTS_S, (named,), _doctor(name)
        )
    dies = partial(_full_and_killed, world, disks)
    yield Trouble("no space for results, and the runner dies", dies, _LASTS_S, (_NO_SPACE,))
    dies = partial(_full_logs, world, disks)
    yield Trouble("no space for logs, and the API dies", dies, _LASTS_S, doctor=_doctor("logs"))


def _doctor(disk: str) -> str:
    return rf"\b0 MB are free for \S+/{disk}\b"


def _start_runner(world: ChaosWorld) -> None:
    world.start_runner(_SLOTS, changed={"TMPDIR": str(world.logs.parent / "clones")})


@contextmanager
def _no_memory(world: ChaosWorld) -> Iterator[None]:
    world.redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        world.redis.config_set("maxmemory", 0)


@contextmanager
def _full_and_killed(world: ChaosWorld, disks: _Disks) -> Iterator[None]:
    with disks.full("results"):
        yield
        world.kill_runners()
    _start_runner(world)


@contextmanager
def _full_logs(world: ChaosWorld, disks: _Disks) -> Iterator[None]:
    with disks.full("logs"):
        world.kill_api()
        yield
