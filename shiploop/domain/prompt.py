"""A language model: what it is asked, what it replies, and what that took in tokens and money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """`instructions` are ours, `data` is what others wrote; the reply follows the JSON schema."""

    instructions: str
    data: str
    schema_name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server has counted them: of the prompt and of the reply."""

    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote, and what that took where the server says so."""

    text: str
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens; None where nobody has said."""

    input_usd: float | None
    output_usd: float | None


def cost_usd(usage: Usage, prices: Prices) -> float | None:
    """The price of an answer; None when a price is not known."""
    if prices.input_usd is None or prices.output_usd is None:
        return None
    spent = usage.tokens_in * prices.input_usd + usage.tokens_out * prices.output_usd
    return spent / _MILLION


def usage_fields(usage: Usage, prices: Prices) -> dict[str, str]:
    """The fields of a task that tell what its answer took."""
    fields = {"tokens_in": str(usage.tokens_in), "tokens_out": str(usage.tokens_out)}
    cost = cost_usd(usage, prices)
    return fields if cost is None else {**fields, "cost_usd": f"{cost:.6f}"}
