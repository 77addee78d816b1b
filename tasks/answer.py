"""Drafts the answer, from the repository's own documents."""

from prefect import task

from shiploop.agents.faq.answering.answer import Answer, Declined, compose_extractive_answer
from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Run, Stage
from tasks.shared.durability import RETRIED, remembered
from tasks.shared.model_answer import answer_by_model
from tasks.shared.stage import enter_stage


@task(name="draft-answer", **RETRIED, **remembered("draft"))
def draft_answer(run: Run) -> Answer | Declined:
    """Let the model answer from the sections found; without one, quote the best of them."""
    enter_stage(run, Stage.DRAFTING)
    hits = services().documents.search(run.question)
    hosts = frozenset(services().settings.allowed_link_hosts)
    return answer_by_model(run, hits) or compose_extractive_answer(run.question, hits, hosts)
