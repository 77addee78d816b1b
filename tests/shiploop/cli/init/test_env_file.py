"""`.env` as init writes it: read back as it was, by its owner alone, and never over another."""

from pathlib import Path
from tempfile import TemporaryDirectory

from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from shiploop.cli.init.env_file import write_env_file

values = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(value=values)
@example(value='"')
def test_every_value_is_read_back_as_it_was(value: str) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory, ".env")
        assert write_env_file(path, {"SITE_URL": value, "AFTER": "it"})
        assert dotenv_values(path, interpolate=False) == {"SITE_URL": value, "AFTER": "it"}


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    assert write_env_file(tmp_path / ".env", {"GITHUB_TOKEN": "a-token"})
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GITHUB_REPO=acme/docs\n")
    assert not write_env_file(tmp_path / ".env", {"GITHUB_REPO": "acme/other"})
    assert (tmp_path / ".env").read_text() == "GITHUB_REPO=acme/docs\n"
