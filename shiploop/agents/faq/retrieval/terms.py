"""The terms by which a text is searched: words without their endings, pairs of characters."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from shiploop.agents.faq.retrieval.chinese import simplified, simplified_words
from shiploop.agents.faq.retrieval.language import Language
from shiploop.agents.faq.retrieval.stems import derived
from shiploop.agents.faq.retrieval.stop_words import stop_words

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
_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")
_APOSTROPHE: Final = re.compile(r"['’](?:s|t|re|ve|ll|d|m)?\b")


def content_terms(text: str) -> tuple[str, ...]:
    """List the terms of a text that carry meaning, in order and with repetitions.

    English words are cut to a stem and function words dropped; Chinese and Korean become pairs
    of characters, Japanese pairs of kanji and whole katakana words.
    """
    return tuple(map(derived, words(text)))


def words(text: str, language: Language = Language.ENGLISH) -> Iterator[str]:
    """What `content_terms` makes terms of: words as they are written, but in lower case."""
    stops = stop_words(language)
    return (word for word in all_words(text, language) if word not in stops)


def all_words(text: str, language: Language = Language.ENGLISH) -> Sequence[str]:
    """The same with the words that say nothing."""
    folded = text.lower() if text.isascii() else _folded(text)
    if "'" in folded or "’" in folded:
        folded = _APOSTROPHE.sub(" ", folded)
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    convert = simplified_words if language is Language.HAN else simplified
    return list(_words_of_any_script(convert(_STOP_PHRASES.sub(" ", folded))))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words_of_any_script(folded: str) -> Iterator[str]:
    for match in _TERM.finditer(folded):
        if run := match["pairs"]:
            yield from [run] if len(run) == 1 else (run[i : i + 2] for i in range(len(run) - 1))
        elif word := match["katakana"]:
            yield word.rstrip("ー") or word
        else:
            yield match["word"]
