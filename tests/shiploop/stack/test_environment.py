"""What every process of a stack is told."""

from pathlib import Path

import pytest

from shiploop.probe_file import ProbesUnreadable
from shiploop.settings import Settings
from shiploop.stack.addresses import choose_addresses
from shiploop.stack.environment import shared_environment


def told(home: Path, probes: str) -> dict[str, str]:
    path = home / "probes.yaml"
    path.write_text(probes)
    ports = {name: 0 for name in Settings.model_fields if name.endswith("_port")}
    settings = Settings(_env_file=None, home=home, probes=path, **ports)  # type: ignore[arg-type]
    return shared_environment(settings, choose_addresses(settings), home, "T/B/x")


def test_the_variables_that_the_probes_name_are_handed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SITE_TOKEN", "the-word")
    monkeypatch.setenv("OTHER_TOKEN", "another")
    given = told(tmp_path, "probes: [{name: a, url: /, headers: {x-token: $SITE_TOKEN}}]")
    assert given["SITE_TOKEN"] == "the-word"
    assert "OTHER_TOKEN" not in given
    assert given["SHIPLOOP_PROBES"] == str(tmp_path / "probes.yaml")


def test_a_stack_does_not_start_with_probes_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ProbesUnreadable, match=r"probes\.yaml: line 1, probe 'a', headers"):
        told(tmp_path, "probes: [{name: a, url: /, headers: {x-token: $NOWHERE_SET}}]")
