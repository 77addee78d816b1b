"""Drafts the answer, from the repository's own documents."""

from prefect import task

from shiploop.bootstrap import services
from shiploop.domain.answer import Answer, Declined, compose_extractive_answer
from shiploop.domain.run import Run, Stage
from tasks.durability import RETRIED, remembered
from tasks.stage import enter_stage


@task(name="draft-answer", **RETRIED, **remembered("draft"))
def draft_answer(run: Run) -> Answer | Declined:
    """Quote the section that answers the question; decline when there is none."""
    enter_stage(run, Stage.DRAFTING)
    return compose_extractive_answer(run.question, services().documents.search(run.question))
