"""The terms by which a text is searched: words without their endings, pairs of characters."""

import re
import unicodedata
from typing import Final

# Function words, and what says nothing in a question about a product's documentation.
_FUNCTION_WORDS: Final = """
a about after all also an and any are as at be been before but by can could did do does each
explain for from happen happens had has have how i if in into is it its itself may me mean means
might my need no not of on or our please shall should so some such system take takes tell than that
the their them then there these they this those to up us use used uses using want was way we
were what when where whether which who why will with work working works would you your
"""
_STOP_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
# Chinese and Japanese words that ask or join; they stand unspaced between those that say something.
_STOP_PHRASES: Final = re.compile(
    "為什麼|为什么|什麼時候|什么时候|如何|什麼|什么|怎麼|怎么|怎樣|怎样|是否|可以|請問|请问"
    "|什麼樣|什么样|多久|多長時間|多长时间|多長|多长|多少|幾個|几个|已經|已经|知道|應該|应该"
    "|哪些|哪裡|哪里|有沒有|有没有|[的是嗎吗了在和與与及或有我你您要會会誰谁]"
    # Japanese: the same, where it is written in kanji.
    "|何(?:で|が|を|に|回|分|時|の|で)|教え|知り|どう(?:やっ|す|な)|いくら"
)
_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々"
_HANGUL: Final = r"\uac00-\ud7af"
_HIRAGANA: Final = r"\u3041-\u309f"
_KATAKANA: Final = r"\u30a1-\u30ff"
# In Japanese the hiragana between kanji and katakana is mostly grammar: it only separates.
_TERM: Final = re.compile(
    rf"(?P<pairs>[{_HAN}]+|[{_HANGUL}]+)|(?P<katakana>[{_KATAKANA}]+)"
    rf"|(?P<word>[^\W_{_HAN}{_HANGUL}{_HIRAGANA}{_KATAKANA}]+)"
)
_APOSTROPHE: Final = re.compile(r"['’](?:s|t|re|ve|ll|d|m)?\b")
# Each ending with the shortest stem that it may leave; longer endings are tried first.
_ENDINGS: Final = (
    ("izations", 4), ("ization", 4), ("ations", 4), ("ation", 4), ("ators", 4), ("ator", 4),
    ("ments", 4), ("ment", 4), ("ings", 3), ("ions", 4), ("ing", 3), ("ion", 4), ("ies", 3),
    ("ied", 3), ("ers", 4), ("er", 4), ("es", 3), ("ed", 3), ("ly", 4), ("s", 3), ("y", 3),
    ("e", 3),
)  # fmt: skip
_LONG_STEM: Final = 4


def content_terms(text: str) -> tuple[str, ...]:
    """List the terms of a text that carry meaning, in order and with repetitions.

    English words are cut to a stem and function words dropped; Chinese and Korean become pairs
    of characters, Japanese pairs of kanji and whole katakana words.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _STOP_PHRASES.sub(" ", _APOSTROPHE.sub(" ", folded))
    terms: list[str] = []
    for match in _TERM.finditer(folded):
        if run := match["pairs"]:
            terms += [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
        elif word := match["katakana"]:
            terms.append(word.rstrip("ー") or word)
        elif match["word"] not in _STOP_WORDS:
            terms.append(_stem(match["word"]))
    return tuple(terms)


def _stem(word: str) -> str:
    stem = next((word.removesuffix(e) for e, least in _ENDINGS if _ends(word, e, least)), word)
    # `stopped` and `stop` are one.
    doubled = len(stem) > _LONG_STEM and stem[-1] == stem[-2] and stem[-1] not in "aeiousl"
    return stem[:-1] if doubled else stem


def _ends(word: str, ending: str, shortest_stem: int) -> bool:
    # `deploy` keeps its y, `category` does not: its plural has lost it.
    kept_y = ending == "y" and word[-2:-1] in "aeiou"
    return word.endswith(ending) and len(word) - len(ending) >= shortest_stem and not kept_y
