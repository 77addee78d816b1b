import gc
import pkgutil
import subprocess
import sys
from importlib import import_module
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.ruler import Ruler

import shiploop.agents
import shiploop.domain
from shiploop.domain.markdown import shared


def test_no_parser_has_its_rules_still_to_list_when_threads_begin_to_read() -> None:
    # In a process of its own: here tests have read with most of them.
    done = subprocess.run([sys.executable, __file__], capture_output=True, encoding="utf-8")
    assert done.stdout.split() == ["0", "unready"], done.stdout + done.stderr


def test_a_parser_that_has_read_nothing_is_not_ready() -> None:
    parser = MarkdownIt()
    assert not _is_ready(parser)
    assert _is_ready(shared(parser))


def _is_ready(parser: MarkdownIt) -> bool:
    rulers: list[Ruler[Any]] = [parser.core.ruler, parser.block.ruler]
    if "inline" in parser.get_active_rules()["core"]:
        rulers += [parser.inline.ruler, parser.inline.ruler2]
    return all(ruler.__cache__ for ruler in rulers)


def _print_how_many_are_not_ready() -> None:
    for package in (shiploop.agents, shiploop.domain):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    parsers = [each for each in gc.get_objects() if isinstance(each, MarkdownIt)]
    assert len(parsers) > 5
    sys.stdout.write(f"{sum(not _is_ready(parser) for parser in parsers)} unready")


if __name__ == "__main__":
    _print_how_many_are_not_ready()
