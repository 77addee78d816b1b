"""Which language a text is written in, told by its script and by its smallest words."""

import re
from collections.abc import Sequence
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
    """A language, or any that is written in letters and that no small word gives away."""

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


# Words that hold a sentence together: nearly every one has some, and names have none. Where
# two languages share one it stands with both.
_SMALL_WORDS: Final = {
    language: frozenset(words.split())
    for language, words in {
        Language.ENGLISH: "a an and are as by can could did do does for from has have how i if in"
        " is it its many may me my not of on or our should that the their there they this to us"
        " was we what when where which who why will with would you your",
        Language.GERMAN: "aber als am auf aus bei bin das dem den der des die ein eine einem einen"
        " einer es für gibt hat ich ihr im in ist kann man mein meine mich mit nach nicht oder"
        " sich sind und von wann warum was welche welcher wenn wer werden wie wir wird wo zu zum",
        Language.FRENCH: "au aux avec ce cette comment dans de des du elle en est et il ils je la"
        " le les ma mes mon nous on ou où par pas peut pour pourquoi puis qu quand que quel"
        " quelle quelles quels qui quoi sa se sont sur un une vous",
        Language.SPANISH: "al como con cual cuál cuáles cuando cuándo cuánto cómo de del donde"
        " dónde el en es esta este está la las lo los me mi mis no para por porque puedo qué que"
        " quién se si sin son su un una y",
        Language.ITALIAN: "al alla che chi come con cosa cos da dal dei del della di dove e gli ha"
        " il in io la le lo mi nel non per perché posso qual quale quali quando quanto se si"
        " sono su un una è",
        Language.PORTUGUESE: "ao as com como da das de do dos e em eu é faz na nas no não o onde"
        " os ou para pelo por porque posso qual quais quando quanto que quem se ser sua são um"
        " uma",
        Language.DUTCH: "aan als bij dat de die dit een en er het hoe hoeveel ik in is kan met"
        " mijn naar niet of om ook op te tot van voor waar waarom wanneer wat we welke werkt wie"
        " wij worden zijn",
    }.items()
}
# One alone may be a name, or borrowed: "Via", "El Niño", "Die".
_FEWEST_TO_TELL: Final = 2
_IN_LETTERS: Final = frozenset({Language.ALPHABETIC, *_SMALL_WORDS})


def language_of(text: str) -> Language:
    """Judge by the characters outside code; each stands against two words in letters."""
    prose = _CODE.sub(" ", text)
    kana, han, hangul = (len(script.findall(prose)) for script in (_KANA, _HAN, _HANGUL))
    characters = kana + han + hangul
    words = _WORD.findall(prose.casefold())
    if not characters or 2 * characters < len(words):
        return _by_small_words(words)
    if hangul > kana + han:
        return Language.KOREAN
    return Language.JAPANESE if kana > _LEAST_SHARE_OF_KANA * characters else Language.HAN


def _by_small_words(words: Sequence[str]) -> Language:
    found = {
        language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()
    }
    most = max(_FEWEST_TO_TELL, *found.values())
    likely = [language for language, count in found.items() if count == most]
    return likely[0] if len(likely) == 1 else Language.ALPHABETIC


def understands(asked: Language, written: Language) -> bool:
    """Tell whether a text is in the language of a question, as far as one can tell."""
    if asked in _IN_LETTERS and written in _IN_LETTERS:
        return asked is written or Language.ALPHABETIC in (asked, written)
    # 「目標時間？」 may be asked in Japanese as well as in Chinese.
    return asked is written or (asked is Language.HAN and written is Language.JAPANESE)
