"""Runs a real runner whose loops end, one after the other, each in a process of its own.

Prints for each loop its name and how its process ended, as JSON. Prefect and GitHub are away.
"""

import json
import logging
import os
import sys
import threading

from prefect.client.orchestration import get_client

from shiploop.bootstrap import Services, build
from shiploop.runner.background import Loop, name_of
from shiploop.runner.runner import Runner
from shiploop.settings import Settings

REASON = "this loop was ended"


class Wounded(Runner):
    """A runner one of whose loops ends, or whose taking of tasks does."""

    wounded = -1

    def loops(self) -> tuple[Loop, ...]:
        return tuple(
            end if place == self.wounded else loop for place, loop in enumerate(super().loops())
        )


def end(_stopping: threading.Event) -> None:
    raise OSError(REASON)


def run(services: Services, place: int) -> None:
    with get_client(sync_client=True) as prefect:
        runner = Wounded(services, prefect, {})
        runner.wounded = place
        runner.run(threading.Event())


def exit_code_of(services: Services, place: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            run(services, place)
        except Exception:
            logging.exception("the runner has ended")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    services = build(Settings())
    with get_client(sync_client=True) as prefect:
        names = [name_of(loop) for loop in Runner(services, prefect, {}).loops()]
    ended = [(name, exit_code_of(services, place)) for place, name in enumerate(names)]
    sys.stdout.write(json.dumps(ended))


if __name__ == "__main__":
    main()
