"""Rules that no score outweighs: what a quotation has to say, and when it can stand alone.

Each broken rule is a sentence for a maintainer, who reads it in the pull request.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from shiploop.agents.faq.judging.elsewhere import (
    announced_in_vain,
    count_words,
    goes_on,
    leads_away,
    pointed_to,
    says_little,
    without_code_blocks,
    without_inline_code,
)
from shiploop.agents.faq.judging.fitting import why_unfit
from shiploop.agents.faq.judging.names import Fixed, fixed_in, is_common, is_negated
from shiploop.agents.faq.judging.narrowing import (
    folder_of_a_time,
    folder_of_readme,
    names_folder,
    narrowing_heading,
)
from shiploop.agents.faq.retrieval.asked import asked
from shiploop.agents.faq.retrieval.headings import Named
from shiploop.agents.faq.retrieval.stop_words import FILLERS, GRAMMAR
from shiploop.agents.faq.retrieval.terms import content_terms

_ALIKE: Final = 85.0  # of 100
_LONG_NAME: Final = 4  # letters; of a shorter one an s is no plural
_MANY_WORDS: Final = 100
_MANY_WORDS_BESIDE_CODE: Final = 50
_MANY_OF_A_HEADING: Final = 4  # telling words, which say themselves what code does
_MOST_WORDS_BEFORE_CODE: Final = 3  # that say nothing: "For example:"
_USE_CASES: Final = re.compile(r"\buse[- ]cases?\b|\bscenarios?\b|\bbenefits\b", re.IGNORECASE)
_TELLS_HOW: Final = re.compile(r"`|^ {0,3}(?:[-*+]|\d{1,3}[.)]) ", re.MULTILINE)
_BELOW: Final = re.compile(r"\b(?:below|in the following)\b", re.IGNORECASE)
_LONG_WORD: Final = re.compile(r"[a-zà-ɏ]{4,}")
_MOST_WORDS: Final = 20
# Who asks with one of these asks about something else: documents need not have them.
_NO_SUBJECTS: Final = """
across afterwards allow allows alongside altogether always amongst anybody anyhow anymore anyone
anything anyway anywhere arrive arrives aside astray away beforehand besides bring brings cause
causes come comes completely contain contains correctly decide decides else everybody everyone
everything everywhere extra fetch fetches finally find finds forget forgot fresh front gone
happen herself himself hold holds honor honour hour hours immediately instantly itself keep
keeps kept know knows lately latest leave leaves let lets like longer look looks lose lost
manually minute minutes myself nearby never newest nobody nothing offer offers often oldest
otherwise ourselves overnight pick picks prefer properly provide provides put puts quickly
reasonably refuse refused refuses remember second seconds see seems slowly somebody somehow
someone something sometimes somewhere suddenly support supports switch switches tell tells
themselves thrice throughout throw throws together towards try trying turn turns twice
underlying understand usually verbose whatever whenever whoever wipe within write wrong wrote
yourself
"""
_FILLERS: Final = GRAMMAR.union((FILLERS + _NO_SUBJECTS).split())
_FIRST_STEP: Final = re.compile(
    r"\A\W{0,40}(?:first(?:ly)?|to (?:begin|start)|step 1|zuerst|zunächst|d'abord|premièrement"
    r"|primero|innanzitutto|primeiro|eerst)\b|\A\W{0,40}(?:首先|第一步|まず|最初に|먼저|우선)",
    re.IGNORECASE,
)
_FURTHER_STEP: Final = re.compile(
    r"\b(?:then|next|second(?:ly)?|step 2|finally|lastly|after(?:wards)?|once|now"
    r"|dann|danach|anschließend|zuletzt|schließlich|ensuite|puis|enfin|deuxièmement|après"
    r"|luego|después|segundo|finalmente|por último|poi|dopo|infine|depois|por fim|daarna)\b"
    r"|^ {0,3}2[.)] |然后|然後|接着|接著|其次|第二步|最后|最後|次に|それから|その後|다음|마지막",
    re.IGNORECASE | re.MULTILINE,
)
_SOFT_WORDS: Final = """
more less detail details overview example examples summary note notes
introduction intro background usage basic basics advanced general other others
misc miscellaneous simple info information resource resources reference references link
links current setup instruction instructions tip tips hint hints warning important caveat
caveats limitation
limitations conclusion recap question questions answer option options feature
features new step steps next see also about and of for further reading getting
complete full list lists started start quick quickstart todo faq common issues known
problems mehr
weitere überblick beispiel beispiele zusammenfassung hinweis hinweise einführung
informationen plus détails aperçu exemple exemples résumé remarque remarques
voir aussi más detalles ejemplo ejemplos resumen notas dettagli esempio esempi
riepilogo mais detalhes exemplo exemplos resumo
まとめ 概要 例 はじめに 注意 参考 関連 概述 示例 總結
总结 简介 簡介 注意事项 注意事項 参考资料 其他 其它 介绍 介紹
"""
_SOFT: Final = frozenset(_SOFT_WORDS.split())
# A heading with one of these is understood below the one above it only.
_POINTING: Final = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|here)\b|^(?:others?|another|see also|related"
    r"|welcome)\b|\b(?-i:TBD|TODO|WIP)\b"
    r"|\b(?:next|further|additional|more|learn|read|other)"
    r" (?:steps?|reading|resources?|info(?:rmation)?|details?|examples?|links?|topics?|help|notes?"
    r"|more|options?|considerations?|features?|tips?|things?|ways?|questions?)\b"
    r"|\b(?:das|dies|es|ça|cela|ceci|esto|eso|questo|isso|isto)\W{0,3}\Z"
    r"|これ|それ|この|その|这|這|它|其他|其它|その他|次のステップ|下一步|相关|相關",
    re.IGNORECASE,
)
_ANNOUNCES: Final = re.compile(
    r"\A\W{0,40}let(?:'s| us) \w"
    r"|\b(?:we(?:'ll| will| are going to| shall)|let's|let us) (?:now |first |then |next )?"
    r"(?:look|see"
    r"|discuss|cover|focus|explore|talk|learn|walk|examine|concentrate|describe|explain)\b"
    r"|\bnous (?:allons|verrons|concentrerons|aborderons|présenterons)\b|\bwir werden (?:uns )?"
    r"|"
    r"\b(?:this|the following) (?:section|page|chapter|guide|document|article|tutorial|part|topic)"
    r"s? (?:will )?(?:describe|explain|show|cover|list|contain|provide|discuss|outline|detail"
    r"|introduce|give|walk|document|demonstrate|help)s?\b"
    r"|\bthis is an? (?:[\w-]+ )?(?:guide|tutorial|walk-?through|introduction)\b"
    r"|\bin this (?:section|page|chapter|guide|document|article|tutorial|part)\b"
    r"|\b(?-i:TODO|TBD)\b|\b(?:coming soon|work in progress|under construction"
    r"|not yet (?:written|documented))\b"
    r"|本[节節章页頁](?:将|將|介绍|介紹|描述|说明|說明)|この(?:章|節|ページ|セクション)では|今後追加",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What a question says and a text does not."""

    names: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    negation: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Names, code and numbers in one."""
        return (*self.names, *self.code, *self.numbers)

    @property
    def products(self) -> tuple[str, ...]:
        """The same without names that are of no product."""
        return tuple(word for word in self.words if not is_common(word))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Why a text that lacks this is no answer that ships by itself."""
        told = [f"The question says “{word}”, and what is quoted does not." for word in self.words]
        if self.negation:
            told.append("The question says no to something, and what is quoted does not.")
        return tuple(told)


def unsaid(question: str, said: str) -> Unsaid:
    """Compare a question with what would be quoted, headings and all."""
    fixed: Fixed = fixed_in(question)
    text = _folded(said)
    numbers = frozenset(re.findall(r"\d+(?:[.,]\d+)*", text))
    return Unsaid(
        tuple(name for name in fixed.names if not _has(text, name)),
        tuple(code for code in fixed.code if _folded(code) not in text),
        tuple(number for number in fixed.numbers if not _counts(numbers, number)),
        fixed.negated and not is_negated(said),
    )


def says(text: str, name: str) -> bool:
    """Tell whether a text has a name, alone or in the plural, and not as a part of another."""
    return _has(_folded(text), name)


def denies(question: str, headings: str) -> bool:
    """Tell whether headings say no, in words that are spaced, and the question does not."""
    said = without_inline_code(headings)
    return headings.isascii() and is_negated(said) and not is_negated(question)


def unknown_names(question: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """Those names of products in a question that the documents do not know at all."""
    fixed = fixed_in(question)
    names = (name for name in (*fixed.names, *fixed.code) if not is_common(name))
    return tuple(name for name in names if not knows(name))


def words_of(question: str) -> tuple[str, ...]:
    """The longer words of what a question is about, in lower case."""
    words = (word for word in asked(question).words if word not in _FILLERS)
    about = (word for word in words if _LONG_WORD.fullmatch(word))
    return tuple(word for word in dict.fromkeys(about) if content_terms(word))[:_MOST_WORDS]


def why_not_alone(
    question: str, named: Named, quoted: str, pages: Collection[str] = ()
) -> tuple[str, ...]:
    """Why a whole section, quoted, would not stand alone as the answer to its heading."""
    prose = without_code_blocks(quoted)
    text = named.section.text
    return (
        *_why_heading_not_alone(question, named, quoted, pages),
        *_why_page_not_alone(question, named.section.path, pages),
        *_why_text_not_alone(text, quoted, prose, asked(named.heading).weight),
        *why_unfit(question, named.heading, text, quoted),
    )


def _why_heading_not_alone(
    question: str, named: Named, quoted: str, pages: Collection[str]
) -> Iterator[str]:
    if named.is_one_word:
        yield "One word alone may mean much else."
    if _SOFT.issuperset(asked(named.heading).words):
        yield "The heading by itself says next to nothing."
    if found := _POINTING.search(named.heading) or goes_on(named.heading):
        yield f"The heading speaks of what is named elsewhere: “{found[0]}”."
    if not named.in_order:
        yield "The question has the words of the heading in another order."
    if named.has_more_below and (not _tells_much(named, quoted) or _BELOW.search(quoted)):
        yield "The section goes on below further headings, which are not quoted."
    if _USE_CASES.search("".join(named.section.heading_path[-2:-1])) and not _TELLS_HOW.search(
        quoted
    ):
        yield "It only says what something is good for, and not how."
    if above := narrowing_heading(question, named, quoted, pages):
        yield f"The heading says so only below “{above}”."


def _why_page_not_alone(question: str, path: str, pages: Collection[str]) -> Iterator[str]:
    folder = folder_of_readme(path, pages)
    if folder and not names_folder(question, folder):
        yield f"It is the README of “{folder}”, which the question does not name."
    if folder := folder_of_a_time(question, path):
        yield f"It is one of the “{folder}”, and what they say is so at a time only."


def _why_text_not_alone(text: str, quoted: str, prose: str, weight: float) -> Iterator[str]:
    has_code = prose != quoted
    if has_code and count_words(prose) <= _MOST_WORDS_BEFORE_CODE and weight < _MANY_OF_A_HEADING:
        yield "It is code alone, and no sentence says what it does."
    if _FIRST_STEP.match(quoted) and not _FURTHER_STEP.search(prose):
        yield "It is the first step, and no other follows."
    if pointer := pointed_to(prose):
        yield f"It points to what is not quoted: “{pointer}”."
    if found := _ANNOUNCES.search(prose):
        yield f"It only announces what follows: “{found[0].strip()}”."
    if announced := announced_in_vain(quoted):
        yield f"It announces what is not quoted: “{announced}”."
    if prose == quoted and says_little(prose):
        yield "It says little but where to read on."
    if prose == quoted and leads_away(text, prose):
        yield "It lives by links or pictures that are not quoted."


def _tells_much(named: Named, quoted: str) -> bool:
    """Tell whether a section with others below it answers by itself, and does not introduce them.

    What a page begins with, a first step and a short text are mostly introductions.
    """
    if len(named.section.heading_path) < 2 or _FIRST_STEP.match(quoted):
        return False
    prose = without_code_blocks(quoted)
    least = _MANY_WORDS if prose == quoted else _MANY_WORDS_BESIDE_CODE
    return count_words(prose) >= least


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("\\", "")


def _has(text: str, name: str) -> bool:
    wanted = _folded(name)
    if not wanted.isascii():
        # Small kana and long vowels are written in more than one way.
        alike = _ALIKE if len(wanted) > _LONG_NAME else 100.0
        return fuzz.partial_ratio(wanted.rstrip("ー"), text) >= alike
    stem = wanted.removesuffix("s") if len(wanted) > _LONG_NAME else wanted
    return re.search(rf"(?<![a-z0-9]){re.escape(stem)}(?:e?s)?(?![a-z0-9])", text) is not None


def _counts(numbers: Sequence[str] | frozenset[str], number: str) -> bool:
    """Tell whether a number is among some: of a version its beginning will do."""
    return any(each == number or each.startswith(f"{number}.") for each in numbers)
