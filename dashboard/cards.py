"""Cards: one number each, with the word and the colour of its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.formatting import Tone

_IN_A_ROW: Final = 4


@dataclass(frozen=True, slots=True)
class Card:
    """`trend` is drawn below the number, oldest first."""

    title: str
    value: str
    state: str
    tone: Tone
    beside: str | None = None
    trend: tuple[float, ...] = ()


def draw_cards(cards: Sequence[Card]) -> None:
    """Four beside each other; two where there is no room for more."""
    with st.container(key="cards"):
        for first in range(0, len(cards), _IN_A_ROW):
            row = cards[first : first + _IN_A_ROW]
            for column, card in zip(st.columns(_IN_A_ROW), row, strict=False):
                column.metric(
                    card.title,
                    card.value,
                    delta=card.state,
                    delta_color=card.tone,
                    delta_arrow="off",
                    delta_description=card.beside,
                    chart_data=card.trend or None,
                    border=True,
                    height="stretch",
                )
