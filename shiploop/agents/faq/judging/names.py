"""What in a question cannot be said in other words: names, versions, numbers, code, negations."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MOST: Final = 16  # of a kind: a question has 500 characters
_QUOTES: Final = str.maketrans("’‘‐‑–", "''---")
_WORD: Final = r"[^\W_]+(?:[-.][^\W_]+)*"
_CODE: Final = re.compile(
    r"`([^`]+)`"  # as it is marked
    r"|(?<![\w-])(--?[A-Za-z][\w-]*)"  # a flag
    r"|(?<!\w)(\$[\w.-]*\w|@[\w.-]+/[\w./-]*\w)"
    r"|(?<!\w)(\w*[^\W\d]_\w+|\w+::\w+|\w+\(\))"
    r"|(?<!\w)((?:~?/[\w.-]+)+)"
)
_VERSION: Final = re.compile(
    r"(?<![\w.])v?(\d+(?:\.\d+)+|\d+\.x)\b|(?<=\bv)\d+\b|\bversion (\d+)\b"
)
_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w.]\d)")
# Capitals inside, capitals alone, letters with digits: a name wherever it stands.
_CAPITAL_INSIDE: Final = re.compile(r"[a-z][A-Z]")
_SURE_BEGINNING: Final = re.compile(r"[A-Z]{2}|(?<![A-Za-z])[A-Za-z]+\d")
_CAPITALISED: Final = re.compile(r"[A-Z][^\W_]*")
_BEGINS: Final = re.compile(r"(?:^|[.?!:…]\s+|[\"'(¿¡]\s*)\Z")
_INFLECTED: Final = re.compile(r"(?<=[A-Z]{2})(?:'?ed|'d|ing)\Z")  # "OCRed" says OCR
_NO_NAMES: Final = frozenset(["I", "I'm", "OK", "FAQ"])
# Capitals that name no product: a text may say the same without them.
_COMMON_WORDS: Final = """
api apis cli cpu css csv db dns gpu gui html http https id ids ide io ip ips json jwt lan mb gb
oauth ok os pdf pr ram rest rss saml sdk smtp ssh ssl sso svg tcp tls toml ttl udp ui uri
url urls usb utf uuid vm vms vpn wan xml yaml yml ci cd faq
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
_GERMAN: Final = re.compile(
    r"\b(?:wie|warum|wann|welche[rsmn]?|ich|nicht|und|oder|für|mein(?:e[nmrs]?)?|der|dem|den|das"
    r"|eine?[mnrs]?|zu[mr]?|wird|ist|kann)\b",
    re.IGNORECASE,
)
_KATAKANA: Final = re.compile(r"[\u30a1-\u30fa][\u30a1-\u30ff]+")
_NEGATIONS: Final = re.compile(
    r"\b(?:not|no|never|none|nothing|without|cannot|can't|don't|doesn't|isn't|aren't|won't|didn't"
    r"|shouldn't|disable[sd]?|disabling|prevent(?:s|ing)?|avoid(?:s|ing)?|except|unless|instead|stop"
    r"|nicht|kein(?:e[mnrs]?)?|ohne|nie(?:mals)?|statt|außer|deaktivieren|verhindern|vermeiden"
    r"|sans|jamais|aucune?|pas|ne|sauf|désactiver|empêcher|éviter"
    r"|sin|nunca|jamás|ningun[oa]?|ningún|desactivar|evitar|salvo|excepto"
    r"|senza|mai|nessun[oa]?|non|disattivare|tranne"
    r"|sem|não|nenhuma?|desativar|exceto"
    r"|zonder|niet|geen|nooit|uitschakelen|behalve)\b"
    r"|不|没|沒|無|无|未|别|別|禁|ない|なし|せずに|ません|ずに|않|없|안 |말고",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fixed:
    """What an answer has to name as the question does; `negated`: the question says no."""

    names: tuple[str, ...]
    code: tuple[str, ...]
    numbers: tuple[str, ...]
    negated: bool


@lru_cache(1024)
def fixed_in(question: str) -> Fixed:
    """Read what of a question has no synonym."""
    text = unicodedata.normalize("NFKC", question).translate(_QUOTES)
    code = tuple(next(filter(None, match.groups())) for match in _CODE.finditer(text))
    prose = _CODE.sub(" ", text)
    versions = (match[1] or match[2] or match[0] for match in _VERSION.finditer(prose))
    numbers = (*versions, *_NUMBER.findall(prose))
    return Fixed(
        tuple(dict.fromkeys(_names(prose)))[:_MOST],
        tuple(dict.fromkeys(code))[:_MOST],
        tuple(dict.fromkeys(numbers))[:_MOST],
        is_negated(text),
    )


def is_common(name: str) -> bool:
    """Tell whether a name is one of no product, such as IP or JSON."""
    return name.casefold() in _COMMON


def has_sure_name(text: str) -> bool:
    """Tell whether a text has a name that its capitals or digits tell, and that is of a product."""
    words = (word for word in re.findall(_WORD, text) if not is_common(word))
    return any(_is_sure_name(part) for word in words for part in re.split("[-.]", word))


def is_negated(text: str) -> bool:
    """Tell whether a text says no to anything."""
    return bool(_NEGATIONS.search(text))


def _names(text: str) -> list[str]:
    words = list(re.finditer(_WORD, text))
    if _GERMAN.search(text):  # every noun has a capital
        return [word[0] for word in words if has_sure_name(word[0])]
    capitals = [word for word in words[1:] if word[0][0].isupper() and word[0] not in _NO_NAMES]
    # Of a text in capitals, or with a capital in each word, none tells a name.
    told = 2 * len(capitals) <= len(words)
    found = [
        _INFLECTED.sub("", word[0])
        for word in words
        if _is_name(word[0], text[: word.start()], told)
    ]
    return [*found, *_KATAKANA.findall(text)]


def _is_name(word: str, before: str, told: bool) -> bool:
    if word in _NO_NAMES or word.isnumeric():
        return False
    if not told and word.isupper():
        return False
    if any(map(_is_sure_name, re.split("[-.]", word))):
        return told or not word.istitle()
    return told and bool(_CAPITALISED.match(word)) and not _BEGINS.search(before)


def _is_sure_name(part: str) -> bool:
    return bool(_CAPITAL_INSIDE.search(part) or _SURE_BEGINNING.match(part))
