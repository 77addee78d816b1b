"""What a runner of the version before has left of a task: it goes on here as it was."""

import json
from collections.abc import Mapping
from typing import Any

from shiploop.bootstrap import services


def draft_of_version_1(task_id: str) -> Mapping[str, Any]:
    """The draft that version 1 has stored of a task, as plain JSON; empty where there is none.

    It named a class by the module that it stood in, so that only its fields are read.
    The version after this one needs it no more.
    """
    path = services().settings.home.resolve() / "results" / f"{task_id}-draft"
    try:
        stored = json.loads(json.loads(path.read_bytes())["result"])
        return dict(stored["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
