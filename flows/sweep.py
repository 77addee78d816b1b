"""Keeps what was shipped true: asks again what the repository says otherwise by now."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.gap_review import write_due_gap_reviews
from tasks.sweep import agents_to_sweep, sweep_agent


@flow(name="sweep")
def sweep() -> State[Any]:
    """Look at everything that each agent has shipped, and ask again what is due."""
    swept = [sweep_agent(agent) for agent in agents_to_sweep()]
    written = write_due_gap_reviews()
    return Completed(message="; ".join([*swept, *written]))
