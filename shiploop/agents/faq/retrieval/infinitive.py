"""Questions about a way whose verb is conjugated, with that verb as headings have it.

"Wie lege ich eine Sicherung an?" is the heading "Eine Sicherung anlegen". Only whole questions of
a known frame are read, and only as regular verbs go; what a wrong guess gives is no word, so that
no heading has it.
"""

import re
from collections.abc import Iterator
from typing import Final

_PREFIXES: Final = (
    "ab|an|auf|aus|bei|durch|ein|fest|fort|frei|heraus|herunter|her|hinein|hinzu|hin|hoch|los|mit"
    "|nach|um|unter|vor|weg|weiter|wieder|zurück|zusammen|zu|über"
)
_GERMAN: Final = re.compile(
    rf"\Awie (?P<verb>\w{{2,40}}) (?P<who>ich|man|wir) (?P<what>.+?)(?: (?P<prefix>{_PREFIXES}))?"
)
_GERMAN_CLAUSE: Final = re.compile(r"\Awie (?P<who>ich|man|wir) (?P<what>.+) (?P<verb>\w{2,40})")
_FRENCH: Final = re.compile(
    r"\Acomment (?:est-ce qu[e'] ?)?(?:j'|(?:je|on|l'on) )(?P<verb>\w{2,40}) (?P<what>.+)"
    r"|\Acomment (?P<turned>\w{2,40})-(?:t-)?(?:on|je|vous) (?P<rest>.+)"
)
_SOUTHERN: Final = re.compile(r"\A(?P<how>c[oó]mo|come) (?:s[ei] )?(?P<verb>\w{2,40}) (?P<what>.+)")
_VOWELS: Final = "aeiouyäöü"
# A conjugated ending, and what stands for it in infinitives. The first that fits is meant.
_GERMAN_ENDINGS: Final = {
    "ich": (("iere", "ieren"), ("ere", "ern"), ("e", "en")),
    "wir": (("n", "n"),),
    "man": (("iert", "ieren"), ("ert", "ern"), ("et", "en"), ("t", "en")),
}
_FRENCH_ENDINGS: Final = (("e", "er"), ("ez", "er"), ("is", "ir"), ("it", "ir"))
_IBERIAN_ENDINGS: Final = (
    *(("amos", "ar"), ("emos", "er"), ("imos", "ir"), ("as", "ar"), ("es", "er ir")),
    *(("o", "ar er ir"), ("a", "ar"), ("e", "er ir")),
)
_ITALIAN_ENDINGS: Final = (
    ("iamo", "are ere ire"),
    ("o", "are ere ire"),
    ("a", "are"),
    ("e", "ere ire"),
)
# "Muestro" is of "mostrar", "cierro" of "cerrar".
_DIPHTHONGS: Final = (("ue", "o"), ("ie", "e"))


def in_infinitive(folded: str) -> tuple[str, ...]:
    """What a folded question may be called by a heading; empty where it is in no known frame."""
    return tuple(dict.fromkeys((*_german(folded), *_french(folded), *_southern(folded))))


def _german(folded: str) -> Iterator[str]:
    if found := _GERMAN.fullmatch(folded):
        prefix = found["prefix"] or ""
        for verb in _german_verb(found["verb"], found["who"]):
            yield f"{found['what']} {prefix}{verb}"
    elif found := _GERMAN_CLAUSE.fullmatch(folded):
        for verb in _german_verb(found["verb"], found["who"]):
            yield f"{found['what']} {verb}"


def _german_verb(verb: str, who: str) -> Iterator[str]:
    # Of "sammle" and "wechselt" the e has moved.
    for ending in ("le", "elt"):
        stem = verb.removesuffix(ending)
        if stem != verb and stem and stem[-1] not in f"{_VOWELS}hlr":
            yield f"{stem}eln"
    yield from _infinitives(verb, _GERMAN_ENDINGS[who])


def _french(folded: str) -> Iterator[str]:
    if found := _FRENCH.fullmatch(folded):
        what = found["what"] or found["rest"]
        for verb in _infinitives(found["verb"] or found["turned"], _FRENCH_ENDINGS):
            yield f"{verb} {what}"


def _southern(folded: str) -> Iterator[str]:
    """Spanish and Portuguese, and Italian."""
    if found := _SOUTHERN.fullmatch(folded):
        endings = _ITALIAN_ENDINGS if found["how"] == "come" else _IBERIAN_ENDINGS
        for verb in _infinitives(found["verb"], endings):
            yield f"{verb} {found['what']}"
            for diphthong, vowel in _DIPHTHONGS:
                before, told, after = verb.rpartition(diphthong)
                if told:
                    yield f"{before}{vowel}{after} {found['what']}"


def _infinitives(verb: str, endings: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for ending, infinitives in endings:
        stem = verb.removesuffix(ending)
        if stem != verb and stem:
            yield from (f"{stem}{each}" for each in infinitives.split())
            return
