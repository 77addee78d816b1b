import pytest

from shiploop.agents.faq.quoting.cohesion import begins_steps, is_left_open, qualifies, runs
from shiploop.agents.faq.quoting.shapes import Block, Sort


def text(said: str) -> Block:
    return Block(Sort.TEXT, said)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([], ()),
        ([text("One.")], ((0, 1),)),
        ([text("One."), text("Two.")], ((0, 1), (1, 2))),
        ([text("Do so:"), text("Two.")], ((0, 2),)),
        ([text("**Do so:**"), text("Two.")], ((0, 2),)),
        ([text("**Licensing**"), text("Two.")], ((0, 2),)),
        ([text("**One** and **two**"), text("Two.")], ((0, 1), (1, 2))),
        ([text("这样做："), text("二。")], ((0, 2),)),
        ([text("One."), Block(Sort.CODE, "```sh\nx\n```"), text("Two.")], ((0, 2), (2, 3))),
        ([text("One."), Block(Sort.LIST, "- x")], ((0, 2),)),
        ([text("One."), Block(Sort.TABLE, "| x |")], ((0, 2),)),
        *(
            ([text("One."), text(f"{word} x.")], ((0, 2),))
            for word in ("This", "**It**", "They", "Then", "Otherwise,", "However,", "(These")
        ),
        *(
            ([text("One."), text(f"{word} x.")], ((0, 2),))
            for word in ("Dies", "Sonst", "Cela", "Sinon", "Esto", "Questo", "Isto", "Dit")
        ),
        *(
            ([text("一。"), text(said)], ((0, 2),))
            for said in ("它是。", "否则不行。", "ただし違う。", "이것은.")
        ),
        ([text("One."), text("Thistle x."), text("Items x.")], ((0, 1), (1, 2), (2, 3))),
    ],
)  # fmt: skip
def test_blocks_that_need_each_other_stand_together(
    blocks: list[Block], expected: tuple[tuple[int, int], ...]
) -> None:
    assert runs(blocks) == expected


@pytest.mark.parametrize(
    "said",
    [
        *(
            "It is not so.",
            "Never.",
            "Unless it rains.",
            "Only here.",
            "Except there.",
            "However so.",
        ),
        *("But so.", "Deprecated.", "It was removed.", "You can't.", "It isn’t.", "Without it."),
        *("Das geht nicht.", "Außer sonntags.", "Kein Problem.", "Sauf ici.", "Ce n'est rien."),
        *(
            "Salvo aquí.",
            "Sólo aquí.",
            "Tranne qui.",
            "Exceto aqui.",
            "Behalve hier.",
            "Geen idee.",
        ),
        *(
            "不支持。",
            "除非下雨。",
            "仅限于此。",
            "但是。",
            "沒有。",
            "できません。",
            "これのみ。",
            "ただし。",
        ),
        *("않습니다.", "없습니다.", "금지.", "폐기되었습니다."),
    ],
)
def test_negations_conditions_and_exceptions_are_not_to_be_cut_off(said: str) -> None:
    assert qualifies(text(said))


@pytest.mark.parametrize(
    "said",
    ["It is so.", "A note on knots.", "Button.", "Es ist so.", "C'est ainsi.", "可以。", "好き。"],
)
def test_a_plain_sentence_turns_nothing_around(said: str) -> None:
    assert not qualifies(text(said))


def test_a_box_is_not_to_be_cut_off_but_for_a_tip() -> None:
    assert qualifies(Block(Sort.BOX, "**Warning:** It bites.", kind="warning"))
    assert qualifies(Block(Sort.BOX, "**Mind:** It bites."))
    assert not qualifies(Block(Sort.BOX, "**Tip:** It purrs.", kind="tip"))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (text("Do so:"), True),
        (text("*Do so:*"), True),
        (text("如下："), True),
        (text("There are the following ways."), True),
        (text("The steps are listed below."), True),
        (text("Es gibt folgende Wege."), True),
        (text("**Licensing**"), True),
        (text("The following is true. So it is."), False),
        (text("So it is."), False),
        (Block(Sort.LIST, "- a\n- b:"), True),
        (Block(Sort.LIST, "- a\n- the following"), False),
        (Block(Sort.CODE, "```yaml\na:\n```"), False),
    ],
)
def test_what_announces_something_cannot_be_the_last(block: Block, expected: bool) -> None:
    assert is_left_open(block) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        *(
            (f"{first}, do so.", True)
            for first in ("First", "**First**", "Zuerst", "D'abord", "Primero")
        ),
        *(("首先运行。", True), ("まず実行します。", True), ("먼저 실행합니다.", True)),
        *(("Firsthand so.", False), ("Do so first.", False), ("The first is so.", False)),
    ],
)
def test_a_first_step_is_nothing_without_the_others(said: str, expected: bool) -> None:
    assert begins_steps(text(said)) is expected
