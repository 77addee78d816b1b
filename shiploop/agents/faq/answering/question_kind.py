"""What kind of thing a question asks for: a way, a time, a person, a meaning …"""

import re
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What an answer would have to name."""

    WAY = "way"
    DURATION = "duration"
    AMOUNT = "amount"
    TIME = "time"
    REASON = "reason"
    PERSON = "person"
    PLACE = "place"
    CONSEQUENCE = "consequence"
    EFFECT = "effect"
    MEANING = "meaning"
    CHOICE = "choice"
    TRUTH = "truth"
    OPEN = "open"  # words alone, as one types them into a search box


_KINDS: Final = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            Kind.AMOUNT,
            r"\bhow long (?:can|may|must|should)\b.{0,500}\bbe\b|最多|幾個|几个|多少|いくつ",
        ),
        (
            Kind.DURATION,
            r"\bhow (?:long|much time|many (?:seconds|minutes|hours|days))\b"
            r"|多久|多長時間|多长时间|何分|何秒|何時間|どのくらい|どれくらい",
        ),
        (Kind.AMOUNT, r"\bhow (?:many|much|often|far|big|large)\b"),
        (
            Kind.WAY,
            r"\b(?:what(?:'s| is)|which is) the (?:best |right )?(?:command|way|procedure)\b"
            r"|\bis it possible to\b|^(?:can|could|may) (?:i|we|one)\b|\bhow to\b"
            r"|どうやって|どうすれば|するには|方法|如何|怎麼|怎么",
        ),
        (Kind.MEANING, r"\bhow (?:do|does|is|are)\b.{0,500}\bwork(?:s|ing)?\b"),
        (Kind.WAY, r"\bhow\b"),
        (Kind.CONSEQUENCE, r"\bwhat (?:happens|if)\b|會怎樣|会怎样|どうなり"),
        (
            Kind.MEANING,
            r"\bwhat(?:'s| is| are)\b|\bwhat\b.{0,500}\b(?:mean|means|stand for)\b"
            r"|是什麼|是什么|什麼是|什么是|意思|とは",
        ),
        (Kind.EFFECT, r"\bwhat (?:do|does)\b"),
        (Kind.REASON, r"\bwhy\b|為什麼|为什么|なぜ|どうして"),
        (Kind.PERSON, r"\bwho\b|誰|谁"),
        (Kind.TIME, r"^when\b|什麼時候|什么时候|何時|いつ"),
        (Kind.PLACE, r"\bwhere\b|哪裡|哪里|どこ"),
        (Kind.CHOICE, r"\b(?:which|what)\b|哪些|哪個|哪个|怎樣的|怎样的|什麼樣|什么样|どんな|どの"),
        (
            Kind.TRUTH,
            r"^(?:is|are|do|does|can|could|may|must|should|will|has|have)\b|[嗎吗]|ますか",
        ),
    )
)
_SECOND_QUESTION: Final = re.compile(
    r"\b(?:and|or) (?:how|why|when|where|what|which|who|can|do|does|is)\b|[?？]\s*\w.*[?？]",
    re.IGNORECASE,
)


def kind_of(question: str) -> Kind:
    """The kind of a question, by the words that ask."""
    asked = question.strip()
    return next((kind for kind, pattern in _KINDS if pattern.search(asked)), Kind.OPEN)


def asks_twice(question: str) -> bool:
    """Tell whether one text asks for two things."""
    return bool(_SECOND_QUESTION.search(question))
