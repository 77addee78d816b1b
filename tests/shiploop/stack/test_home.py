"""What a stack keeps in its home about itself."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from shiploop.settings import Settings
from shiploop.stack.home import (
    HomeTaken,
    HomeUnusable,
    kept_secret,
    known_prefect_auth_string,
    only_stack_of,
    prefect_auth_string,
    require_plain_path,
)
from shiploop.stack.stack import Stack
from tests.stacks import settings as stack_settings


def test_a_home_belongs_to_one_stack_at_a_time_and_says_to_which(tmp_path: Path) -> None:
    with (
        only_stack_of(tmp_path),
        pytest.raises(HomeTaken, match=f"as process {os.getpid()}: stop"),
        only_stack_of(tmp_path),
    ):
        pass
    with only_stack_of(tmp_path):
        pass


def test_a_home_whose_stack_was_killed_is_free(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    holding = context.Event()
    holder = context.Process(target=hold, args=[tmp_path, holding])
    holder.start()
    assert holding.wait(30)
    holder.kill()
    holder.join()
    with only_stack_of(tmp_path):
        pass


def hold(home: Path, holding: "multiprocessing.synchronize.Event") -> None:
    with only_stack_of(home):
        holding.set()
        multiprocessing.Event().wait()


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secret")
    assert len(secret) >= 32
    assert kept_secret(tmp_path / "secret") == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_what_prefect_asks_for_is_that_of_the_setting_or_of_the_home(tmp_path: Path) -> None:
    here = Settings(_env_file=None, home=tmp_path)
    assert known_prefect_auth_string(here) is None
    made = prefect_auth_string(tmp_path)
    assert made.startswith("admin:")
    assert known_prefect_auth_string(here) == made
    elsewhere = here.model_copy(update={"prefect_api_url": "http://prefect.example/api"})
    assert known_prefect_auth_string(elsewhere) is None
    own = Settings(_env_file=None, home=tmp_path, prefect_auth_string="us:secret")
    assert known_prefect_auth_string(own) == "us:secret"


@pytest.mark.parametrize("folder", ["my projects", 'so "called"', "it's", "a\\b", "tab\there"])
def test_a_path_that_the_servers_cannot_take_is_said_before_anything_is_started(
    tmp_path: Path, folder: str
) -> None:
    ours = stack_settings(tmp_path / folder)
    with pytest.raises(HomeUnusable, match="set SHIPLOOP_HOME to a folder without"):
        Stack(ours, lambda process: None)
    assert list(tmp_path.iterdir()) == []


def test_any_other_path_is_taken(tmp_path: Path) -> None:
    for folder in ("plain", "ünïcode-日本", "a%20b", "a+b&c;d#e", "(1)"):
        require_plain_path(tmp_path / folder)
