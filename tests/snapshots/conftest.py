"""Holds a text, byte for byte, against the file that shows it whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_regressions.common import check_text_files
from pytest_regressions.file_regression import FileRegressionFixture

FILES = Path(__file__).parent
REWRITE = "pytest tests/snapshots --regen-all"

ReadsAs = Callable[[str, str], None]


@pytest.fixture
def reads_as(file_regression: FileRegressionFixture) -> ReadsAs:
    """Fails unless a file holds exactly this text; given are its path from here and the text."""

    def check(name: str, text: str) -> None:
        try:
            file_regression.check(
                text,
                fullpath=FILES / name,
                extension=Path(name).suffix,
                encoding="utf-8",
                newline="",
                check_fn=_expect_equal,
            )
        except AssertionError as error:
            error.add_note(f"Read it as a user would. If it shall be so: {REWRITE}")
            raise

    return check


def _expect_equal(obtained: Path, expected: Path) -> None:
    check_text_files(obtained, expected, encoding="utf-8")  # shows the lines that differ
    assert obtained.read_bytes() == expected.read_bytes(), f"{expected}: other line ends"
