"""The file of the objectives, and what the RFC says of them."""

from fractions import Fraction
from pathlib import Path

import pytest

from shiploop.domain.objectives.slo import Period
from shiploop.slo_file import ObjectivesUnreadable, read_objectives

FILE = Path("deployments/slo.yaml")


def test_the_six_objectives_are_the_rfcs() -> None:
    found = {
        slo.name: (slo.period, slo.target, slo.limit_ms, slo.alert_target, slo.alert_limit_ms)
        for slo in read_objectives(FILE)
    }
    p95, p99 = Fraction("0.95"), Fraction("0.99")
    assert found == {  # RFC 5.4
        "tte-p95": (Period.DAY, p95, 60_000, p95, 90_000),
        "tte-p99": (Period.DAY, p99, 120_000, p99, 180_000),
        "success-rate": (Period.DAY, p99, None, Fraction("0.98"), None),
        "ci-pass-rate": (Period.WEEK, p95, None, Fraction("0.90"), None),
        "auto-merge-rate": (Period.DAY, p99, None, Fraction("0.95"), None),
        "runner-availability": (Period.MONTH, Fraction("0.995"), None, p99, None),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: SLO", "kind SLO"),
        ("target: 0.95", "target: 95"),
        ("duration: 1w", "duration: 1y"),
        ("op: lte", "op: gt"),
        ("metadata: {name: merge}", "metadata: {name: margin}"),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_its_name(
    tmp_path: Path, old: str, new: str
) -> None:
    path = tmp_path / "slo.yaml"
    path.write_text(FILE.read_text().replace(old, new))
    with pytest.raises(ObjectivesUnreadable, match=r"slo\.yaml"):
        read_objectives(path)


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ObjectivesUnreadable, match=r"nowhere\.yaml"):
        read_objectives(tmp_path / "nowhere.yaml")
