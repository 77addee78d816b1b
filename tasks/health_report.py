"""Shows in Prefect's UI how every part is, those that decide nothing too."""

import prefect
from prefect.artifacts import create_table_artifact

from shiploop.bootstrap import services
from shiploop.domain.production.judgement import Judgement
from tasks.shared.durability import RETRIED
from tasks.shared.observation import ask_all


@prefect.task(name="report-health", **RETRIED)
def report_health(judgement: Judgement) -> None:
    """Look once more, at everything, and keep it as a table."""
    rows = [
        {"probe": one.name, "verdict": str(one.verdict), "evidence": one.evidence}
        for one in ask_all(services().probes)
    ]
    verdict = {
        "probe": "production",
        "verdict": str(judgement.state),
        "evidence": judgement.reason,
    }
    create_table_artifact(key="health", table=[verdict, *rows])
