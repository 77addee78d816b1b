"""What a question or a heading is about: its terms in order, without the words that ask.

"How do I rotate the keys?", "Rotating keys" and "`Rotate` your keys" are about the same. What asks
for something else than a way or a meaning stays a part of it: "When are keys rotated?" is not.
Chinese, Japanese and Korean are not spaced: a run of their characters is one term.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shiploop.agents.faq.retrieval.infinitive import in_infinitive
from shiploop.domain.limits import MAX_QUESTION_TERMS

_REMEMBERED: Final = 4_096  # what headings ask is kept as a hash beside them
_TYPOGRAPHY: Final = {ord(c): "'" for c in "’‘`´ʼ"} | {
    ord(c): " " for c in "—–‒―‐‑“”„«»‹›「」『』*"
}
_SHORTCODE: Final = re.compile(r":[a-z0-9_+-]+:")
# A heading that shows how something is set, "LOG_LEVEL=<level>", is named by what is set.
_SETTING: Final = re.compile(
    r"(?P<name>[a-z][\w.-]{1,80}(?==\S)|--?[a-z][\w-]{0,80}(?==\S| [<\[]))[^\n]{1,80}"
)
_WHETHER_NEEDED: Final = re.compile(r" \((?:optional|required)\)\Z")
_NUMBERING: Final = re.compile(r"^\(?\d{1,3}(?:\.\d{1,3})*[.)]\s+")
_ENDS: Final = " ?!.:;,…。？！：；、،؟¿¡"
_CJK: Final = r"\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff々"
_TERM: Final = re.compile(
    rf"(?P<run>[{_CJK}]+)"
    rf"|(?:(?<![^\s(])(?:--?|[$@.#]))?[^\W_{_CJK}]+(?:[._:/][^\W{_CJK}]+)*(?:\+\+|#)?|_\w+"
)
# One of a heading's words and a question's says the same without these.
_ARTICLES_WORDS: Final = """
a an the i we you my your our der die das den dem ein eine einen einem einer mein meine meinen
le la les un une l mon ma mes el los las una mi mis il lo gli mio mia het een mijn os um uma meu
minha please bitte
"""
_ARTICLES: Final = frozenset(_ARTICLES_WORDS.split())
_AUXILIARIES: Final = frozenset(["is", "are", "was", "were", "be", "am", "do", "does", "did", "'s"])
# What begins a question about a way or a meaning; such a question names its subject.
_OF_SUBJECTS: Final = re.compile(
    r"""(?:
      how\ (?:do|can|could|should|would|must|might|may)\ (?:i|we|you|one|people)(?:\ go\ about)?
    | how\ to
    | (?:what|which)(?:\ is|'s|\ are)\ the\ (?:best\ |right\ |correct\ |recommended\ )?way\ to
    | what(?:\ is|'s|\ are|\ was|\ were)
    | (?:please\ )?(?:tell\ me\ about|explain|describe|show\ me(?:\ how\ to)?)
    | (?:i|we)(?:\ want|\ need|\ would\ like|'d\ like)\ to
    | wie\ (?:kann|muss|soll|sollte|könnte|darf)\ (?:ich|man|wir)
    | wie\ (?:lässt|lassen)\ sich | wie\ (?:ich|man)
    | was\ (?:ist|sind|bedeutet|bedeuten)
    | comment\ (?:puis-je|peut-on|dois-je|faire\ pour|fait-on\ pour|est-ce\ que\ je\ peux)
    | comment
    | qu'est[\ -]ce\ (?:que\ c'est\ que|que\ c'est|que|qu')
    | (?:que|quels|quelles)\ sont | quel(?:le)?\ est | c'est\ quoi
    | cómo\ (?:puedo|podemos|se\ puede|debo|hago\ para|se) | cómo
    | qué\ (?:es|son) | cuál(?:es)?\ (?:es|son)
    | come\ (?:posso|possiamo|si\ può|devo|faccio\ a|si) | come
    | (?:che\ )?cos(?:'è|a\ è|a\ sono) | qual\ è | quali\ sono
    | como\ (?:posso|podemos|devo|faço\ para|se) | como | o\ que\ (?:é|são) | qua(?:l\ é|is\ são)
    | hoe\ (?:kan|moet|kun)\ (?:ik|je|men|we) | hoe | wat\ (?:is|zijn)
    )\ """,
    re.VERBOSE,
)
_THERE: Final = re.compile(r"^(?:what|which) (.+?) (?:are|is) there$")
_WORKS: Final = re.compile(r"^how (?:(?:do|does|is|are) )?(.+?) work(?:s|ing)?$")
_MEANS: Final = re.compile(r"^what (?:does|do) (.+?) mean$")
# What else asks in English: its word is a part of what is asked, as it is in such a heading.
_ASKS: Final = re.compile(
    r"(how (?:long|much|many|often|far|big|large|old|fast)|how|why|when|where|who|whom|whose|which"
    r"|what|is|are|am|do|does|did|can|could|may|might|must|should|will|would|has|have)\b"
)
_SAME_WORD: Final = {
    "are": "is", "am": "is", "do": "does", "did": "does", "could": "can", "may": "can",
    "might": "can", "should": "must", "would": "will", "have": "has",
}  # fmt: skip
_BEFORE_RUNS: Final = re.compile(
    r"^(?:请问|請問)?(?:我(?:们|們)?(?:应该|應該|该|該|要|想)?)?"
    r"(?:如何|怎么样|怎麼樣|怎么|怎麼|怎样|怎樣|什么是|什麼是|何谓|何謂|어떻게)\s*"
)
_AFTER_RUNS: Final = re.compile(
    r"(?<!\s)\s*(?:的?(?:意思)?是(?:什么|什麼|啥)(?:意思)?|有哪些|的?方法(?:是什么|是什麼)?|(?:吗|嗎|呢)"
    r"|とは(?:何|なに|なん)?(?:ですか|でしょうか|だ)?|って(?:何|なに)(?:ですか)?"
    r"|は(?:何|なに|なん)(?:ですか|でしょうか)|(?:について|を)?教えて(?:ください|下さい)?|について"
    r"|(?:する)?には(?:どう(?:すれば|したら|やって)(?:いい|よい|良い)?(?:です)?か?)?"
    r"|には何がある(?:か|のか)?|(?:する)?方法(?:は|とは)?|するには|は"
    r"|(?:이?란|[은는]|이|가)\s*(?:무엇인가요|뭔가요|무엇입니까)|이?란|하는\s*방법(?:은)?|하려면)$"
)
_HAS_RUN: Final = re.compile(f"[{_CJK}]")
_LONG_ENOUGH: Final = 4  # letters: shorter words do not lose an s
_NO_PLURALS: Final = ("ss", "us", "is", "as")
_SHORTEST_GERUND: Final = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """`asks` is the word that asks for something special, empty for a way or a meaning.

    `words` are the terms as they are written, but for the letter case.
    """

    asks: str
    terms: tuple[str, ...]
    words: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The terms, a first "installing" written as "install" is: headings begin with either."""
        return self.terms if self.asks else _by_verb(self.terms)

    @property
    def key(self) -> str:
        """Equal for the same set of terms, asked for in the same way."""
        return " ".join((self.asks, *sorted(set(self.named))))

    @property
    def weight(self) -> int:
        """How many words that is; two characters of an unspaced script count as one."""
        return sum(max(1, len(t) // 2) if _HAS_RUN.match(t) else 1 for t in set(self.terms))


@lru_cache(_REMEMBERED)
def asked(text: str) -> Asked:
    """Read what a question or a heading is about."""
    folded = _folded(text)
    if _HAS_RUN.search(folded):
        return _asked("", _without_affixes(folded))
    named = _THERE.match(folded) or _MEANS.match(folded) or _WORKS.match(folded)
    if named:
        return _asked("", named[1])
    if opening := _OF_SUBJECTS.match(f"{folded} "):
        return _asked("", folded[opening.end() :])
    if word := _ASKS.match(folded):
        asks = _SAME_WORD.get(word[1], word[1])
        return _asked(asks, folded[word.end() :], _ARTICLES | _AUXILIARIES)
    return _asked("", folded)


@lru_cache(_REMEMBERED)
def readings(question: str) -> tuple[Asked, ...]:
    """What a question may be about: as it is written, then with its verb as headings have it."""
    others = (_asked("", each) for each in in_infinitive(_folded(question)))
    return (asked(question), *others)


def _folded(text: str) -> str:
    """Undo case, width, quotes, dashes and marks of code, and what stands around the words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_TYPOGRAPHY)
    words = " ".join(_SHORTCODE.sub(" ", folded).split()).strip(_ENDS)
    words = _WHETHER_NEEDED.sub("", _NUMBERING.sub("", words)).strip("' ")
    setting = _SETTING.fullmatch(words)
    return setting["name"] if setting else words


def _without_affixes(folded: str) -> str:
    bare = _BEFORE_RUNS.sub("", folded)
    return _AFTER_RUNS.sub("", bare) or folded


def _asked(asks: str, text: str, without: frozenset[str] = _ARTICLES) -> Asked:
    found = (match[0] for match in _TERM.finditer(text))
    words = tuple(word for word in found if word not in without)[:MAX_QUESTION_TERMS]
    return Asked(asks, tuple(map(_singular, words)), words)


def _singular(word: str) -> str:
    if len(word) < _LONG_ENOUGH or not word.isalpha() or word.endswith(_NO_PLURALS):
        return word
    if word.endswith("ies") and len(word) > _LONG_ENOUGH:
        return f"{word[:-3]}y"
    return word.removesuffix("s")


def _by_verb(terms: tuple[str, ...]) -> tuple[str, ...]:
    if not terms or not terms[0].isascii() or not terms[0].isalpha():
        return terms
    first = terms[0]
    if first.endswith("ing") and len(first) >= _SHORTEST_GERUND:
        first = first.removesuffix("ing")
    first = first.removesuffix("e")
    if len(first) > 2 and first[-1] == first[-2] and first[-1] not in "ls":
        first = first[:-1]  # of "running", and of "adding" as of "add"
    return (first, *terms[1:])
