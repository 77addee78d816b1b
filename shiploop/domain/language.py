"""Which of the languages that a script tells apart a text is written in."""

import re
from enum import StrEnum
from typing import Final

_KANA: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HANGUL: Final = re.compile(r"[\uac00-\ud7af]")
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_WORD: Final = re.compile(r"[^\W\d_\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
# A Japanese text has far more kana than that, a Chinese one that names a product has less.
_LEAST_SHARE_OF_KANA: Final = 0.1


class Language(StrEnum):
    """A language, or all those that are written in letters with spaces between words."""

    ALPHABETIC = "alphabetic"
    HAN = "han"  # Chinese, or Japanese without kana: their characters are the same
    JAPANESE = "ja"
    KOREAN = "ko"


def language_of(text: str) -> Language:
    """Judge by the characters outside code; each stands against two words in letters."""
    prose = _CODE.sub(" ", text)
    kana, han, hangul = (len(script.findall(prose)) for script in (_KANA, _HAN, _HANGUL))
    characters = kana + han + hangul
    if not characters or 2 * characters < len(_WORD.findall(prose)):
        return Language.ALPHABETIC
    if hangul > kana + han:
        return Language.KOREAN
    return Language.JAPANESE if kana > _LEAST_SHARE_OF_KANA * characters else Language.HAN


def understands(asked: Language, written: Language) -> bool:
    """Tell whether a text is in the language of a question."""
    # 「目標時間？」 may be asked in Japanese as well as in Chinese.
    return asked is written or (asked is Language.HAN and written is Language.JAPANESE)
