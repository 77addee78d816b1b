"""Texts that make a regular expression try again and again, made of the expression itself.

Each of its repetitions is pumped, after what leads up to it and before what cannot follow. So is
what leads up to it together with one round of it: a beginning that is found everywhere.
"""

import re
import string
from collections.abc import Iterator, Sequence
from re import _constants as codes  # type: ignore[attr-defined]  # no stubs: private
from re import _parser as parser  # type: ignore[attr-defined]  # no stubs: private
from typing import Any, NamedTuple

# Of each class some of these are taken: of every kind that our expressions tell apart.
ALPHABET = "a0-. \t\n_/AF\\[]()*`<>@'\":+=#~!?&;{}$口é\u3041\u30a1\u200b" + string.printable
CHARACTERS_OF_A_CLASS = 6
PUMPED_FROM = 10  # a repetition of fewer rounds costs little
ENDS = ("\0", "\n\0", "é!")
NEGATED = {codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_NOT_SPACE: r"\S"} | {
    codes.CATEGORY_NOT_WORD: r"\W"
}
CATEGORIES = NEGATED | {
    codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_WORD: r"\w",
}  # fmt: skip

Node = tuple[Any, Any]


class Pump(NamedTuple):
    """What leads up to a repetition, and a round of it."""

    before: str
    round: str


def attacks(pattern: re.Pattern[str], length: int) -> Iterator[str]:
    """Texts of so many characters."""
    nodes = list(parser.parse(pattern.pattern, pattern.flags))
    pumps = {*pumps_of(nodes, ""), *(Pump("", each) for each in samples(nodes, 3) if each)}
    pumps |= {Pump(before, each) for before, _ in set(pumps) for each in "a\t [" if before}
    for before, once in sorted(pumps):
        for end in ENDS:
            yield before + repeated(once, length - len(before) - len(end)) + end
        yield repeated(before + once, length)
        yield repeated(once + before, length)


def repeated(once: str, length: int) -> str:
    return (once * (length // len(once) + 1))[:length]


def pumps_of(nodes: Sequence[Node], before: str) -> Iterator[Pump]:
    for place, (code, argument) in enumerate(nodes):
        led = before + "".join(sample(node) for node in nodes[:place])
        match code:
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                _least, most, inner = argument
                if most >= PUMPED_FROM:
                    rounds = samples(list(inner), CHARACTERS_OF_A_CLASS)
                    yield from (Pump(led, once) for once in rounds if once)
                yield from pumps_of(list(inner), led)
            case codes.SUBPATTERN:
                yield from pumps_of(list(argument[3]), led)
            case codes.BRANCH:
                for branch in argument[1]:
                    yield from pumps_of(list(branch), led)
            case codes.ASSERT | codes.ASSERT_NOT:
                yield from pumps_of(list(argument[1]), led)
            case codes.ATOMIC_GROUP:
                yield from pumps_of(list(argument), led)
            case _:
                pass


def samples(nodes: Sequence[Node], most: int) -> list[str]:
    """Texts that the nodes match, mostly: each with another character of the classes in it."""
    return list(
        dict.fromkeys("".join(sample(node, turn) for node in nodes) for turn in range(most))
    )


def sample(node: Node, turn: int = 0) -> str:
    code, argument = node
    match code:
        case codes.LITERAL:
            return chr(argument)
        case codes.NOT_LITERAL:
            return next(each for each in ALPHABET[turn:] if ord(each) != argument)
        case codes.ANY:
            return ALPHABET[turn]
        case codes.IN:
            return of_class(argument, turn)
        case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
            least, most, inner = argument
            once = "".join(sample(each, turn) for each in inner)
            return once * int(max(least, 1 if turn % 2 and most else 0))
        case codes.SUBPATTERN:
            return "".join(sample(each, turn) for each in argument[3])
        case codes.ATOMIC_GROUP:
            return "".join(sample(each, turn) for each in argument)
        case codes.BRANCH:
            branches = argument[1]
            return "".join(sample(each, turn) for each in branches[turn % len(branches)])
        case _:
            return ""


def of_class(items: Sequence[Node], turn: int) -> str:
    wanted = re.compile(f"[{''.join(map(written, items))}]")
    found = [each for each in dict.fromkeys(ALPHABET) if wanted.match(each)]
    first = items[-1][1]
    own = (
        chr(first[0] if isinstance(first, tuple) else first)
        if isinstance(first, tuple | int)
        else "a"
    )
    return found[turn % len(found)] if found else own


def written(item: Node) -> str:
    code, argument = item
    match code:
        case codes.NEGATE:
            return "^"
        case codes.LITERAL:
            return re.escape(chr(argument))
        case codes.RANGE:
            return "-".join(re.escape(chr(each)) for each in argument)
        case codes.CATEGORY:
            return CATEGORIES[argument]
        case _:
            raise AssertionError(item)
