"""What people think, on GitHub, of what was shipped: only who may write takes a level away."""

import pytest

from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.delivery.opinion import Comment, Opinions, first_of_writers

WRITERS = frozenset({"ada"})


def commented(body: str, author: str = "ada") -> Opinions:
    return Opinions("PR_1", comments=(Comment(author, body),))


@pytest.mark.parametrize(
    ("opinions", "complaint"),
    [
        (Opinions("PR_1"), None),
        (Opinions("PR_1", thumbs_down=("eve",)), None),
        (Opinions("PR_1", thumbs_down=("eve", "ada")), ("ada", Harm.REACTION)),
        (commented("/shiploop wrong"), ("ada", Harm.COMMENT)),
        (commented("Sorry, but:\n\n  /ShipLoop   WRONG, it is 6 s"), ("ada", Harm.COMMENT)),
        (commented("/shiploop wrong", "eve"), None),
        (commented("I would not say /shiploop wrong"), None),
        (commented("/shiploop wrongly"), None),
        (commented("> /shiploop wrong"), None),
        (commented("Thanks!"), None),
    ],
)
def test_a_complaint_is_one_of_a_writer_and_nobody_else(
    opinions: Opinions, complaint: tuple[str, Harm] | None
) -> None:
    assert first_of_writers(opinions, WRITERS) == complaint
