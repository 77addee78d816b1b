"""Headings that say what they are about only together with those above them.

"Running in background" below "Autostart on Windows" is about Windows. Quoted alone it would answer
another question, unless the question or the quotation names what stands above.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

from shiploop.agents.faq.judging.elsewhere import without_code_blocks, without_inline_code
from shiploop.agents.faq.judging.names import fixed_in
from shiploop.agents.faq.retrieval.asked import asked
from shiploop.agents.faq.retrieval.headings import Named
from shiploop.agents.faq.retrieval.sections import Hit
from shiploop.agents.faq.retrieval.stop_words import GRAMMAR
from shiploop.agents.faq.retrieval.terms import content_terms

_FEW: Final = 2  # telling words of a heading that may be about much
_FEW_OF_A_PROCEDURE: Final = 3
_NEARLY_AS_MUCH: Final = 0.3  # of the score of the section that is quoted
_ALL_OF_IT: Final = 0.95  # of what a question asks for
# Headings and pages whose parts are steps or cases of something, or one side of a comparison.
_OF_A_PROCEDURE: Final = re.compile(
    r"\bmigrat|\bupgrad|\btutorial|\brecipes?\b|\bstep\b|\bthreat"
    r"|\brezepte?\b|\bschritt\b|\bmise à niveau|\btutoriel|\brecettes?\b|\bétape\b"
    r"|\bdifferences? (?:between|from|to|with)|\bcompar(?:ed|ison|ing)|\bvs\b|\bunterschied"
    r"|\bvergleich|\bdifférences? entre|\bdiferencias? entre|区别|區別|对比|對比|違い|比較"
    r"|\bmigraci|\bactualizaci|\brecetas?\b|\bpaso\b"
    r"|迁移|遷移|升级|升級|教程|步骤|步驟|移行|アップグレード|チュートリアル|ステップ",
    re.IGNORECASE,
)
# Folders of pages that lead somewhere step by step, of which each heading is one.
_OF_A_TUTORIAL: Final = re.compile(
    r"tutorials?|walk-?throughs?|work-?shops?|codelabs?|tutoriels?|tutoriales", re.IGNORECASE
)
# Folders of what was so at a time, or may be so one day.
_OF_A_TIME: Final = re.compile(
    r"announcements?|deprecat(?:ed|ions?)|upgrad(?:e|es|ing)|migrat(?:ions?|ing)|road-?maps?"
    r"|switching[-_ ]from|coming[-_ ]from|comparisons?|alternatives|proposals?"
    r"|rfcs?|adrs?|enhancements?|threat-?models?|legacy|designs?(?:[-_]docs?)?",
    re.IGNORECASE,
)
# A heading that says itself that it is one of several.
_IS_STEP: Final = re.compile(
    r"(?:step|schritt|étape|paso|passo|passaggio|stap|ステップ|步骤|步驟|手順)\s{0,3}\d|第?\s{0,3}\d{1,3}\s{0,3}[步歩]",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\(?\d{1,3}[.)、]\s")
_KATAKANA: Final = re.compile(r"[\u30a1-\u30fa][\u30a1-\u30ff]+")
_UNSPACED: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SPACED: Final = re.compile(r"[-_/.]+")
_ORDER_OF_FILES: Final = re.compile(r"\A\d{1,4}[-_. ]+(?=\D)")  # Docusaurus does not show it
# What stands below such a heading is about that system only.
_OF_A_SYSTEM: Final = re.compile(
    r"\b(?:on|under|with|without|auf|unter|mit|ohne|sous|avec|sans) (?:the )?[A-Z]\w+"
)
_ASIDE: Final = re.compile(r"^>.*$", re.MULTILINE)  # it tells late, or of something else
_SITE: Final = re.compile(r"\b(?:docs|documentation|website|web site)\b", re.IGNORECASE)
_README: Final = re.compile(r"readme\.\w+", re.IGNORECASE)
_FRONT: Final = re.compile(r"_?(?:readme|index)\.", re.IGNORECASE)
_OF_DOCUMENTATION: Final = frozenset(["doc", "docs", "documentation"])
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNATURE: Final = re.compile(r"\w[(\[<]|<\w|=|\w[.:]+\w")
_ORDERING_UNSPACED: Final = re.compile(
    r"设置|設置|设定|設定|获取|獲取|取得|创建|創建|建立|添加|新增|使用|安装|安裝|配置|运行|方法|作成|追加|利用|インストール"
)
# They stand above parts of a page and say nothing of them.
_ORDERING_WORDS: Final = """
advanced api apis available basic basics cases command commands common concept concepts config
configuration configure configuring custom customization definition definitions description
descriptions documentation doc docs environment example examples faq feature features frequently
general getting glossary guide guides guidelines help installation installing install instruction
instructions introduction issue issues limitation limitations main method methods misc note notes
operation operations option options other others overview part parts pattern patterns property
properties question questions quick recipe recipes reference references requirements rule rules
section sections setting settings setup start started step steps subcommands support supported
syntax tips tricks trouble troubleshooting tutorial type types usage use using work working
allgemein beispiel beispiele einführung grundlagen konfiguration referenz verwenden verwendung
exemple exemples introduction général généralités référence utilisation utiliser
ejemplo ejemplos introducción general referencia usar uso
リファレンス トラブルシューティング 使用法 概要 使用 示例 参考 说明 配置 介绍 概述 基本 结构 列表
"""


def narrowing_heading(question: str, named: Named, quoted: str, pages: Collection[str] = ()) -> str:
    """The heading above that neither a question nor what is quoted names; empty if none.

    A page without a title is called as its file is.
    """
    path, headings = named.section.path, named.section.heading_path
    own, above = headings[-1], headings[:-1]
    if _is_of_a_site(path, headings):
        return headings[0]
    if not named.has_title and not _is_front(path):
        above = (_file_in_words(path),)
    is_step = _IS_STEP.match(own.lstrip("*_ ")) is not None
    names_itself = _SIGNATURE.search(own) or fixed_in(own).code
    if not above or (names_itself and not is_step):
        return ""
    said = _terms(f"{question}\n{_ASIDE.sub('', quoted)}")
    if _is_tutorial(path):
        named_above = (_page_named(path, above), *above[1:])
        return next((each for each in named_above if not _telling(each) <= said), "")
    if is_step or (_NUMBERED.match(own) and _weight(own) <= _FEW_OF_A_PROCEDURE):
        asked_for = _terms(question)
        return next((each for each in reversed(above) if not _telling(each) <= asked_for), "")
    if _is_of_a_procedure(path, above):
        few = _weight(own) <= _FEW_OF_A_PROCEDURE
        return next((each for each in reversed(above) if few and not _telling(each) <= said), "")
    if named.has_namesakes:
        page, prose = _page_named(path, above), without_inline_code(without_code_blocks(quoted))
        prose_terms = _terms(f"{question}\n{prose}")
        return page if _telling(page).isdisjoint(prose_terms) else ""
    between = [each for each in reversed(above[1:]) if _telling(each)]
    if between and _OF_A_SYSTEM.search(between[0]) and not _telling(between[0]) <= said:
        return between[0]
    if _weight(own) > _FEW:
        return ""
    if between and all(_telling(each).isdisjoint(said) for each in between):
        return between[0]
    # A heading that is a whole question says what it is about.
    if _is_question(own) or not any(each != path for each in pages):
        return ""
    return _narrowing_page(f"{question}\n{own}", path, above)


def _is_question(heading: str) -> bool:
    return heading.rstrip().endswith(("?", "？"))


def rival_of(question: str, named: Named, hits: Sequence[Hit]) -> str:
    """Another page that has all that the question asks for, and much of it; empty if none.

    A question that names the page tells them apart, and a heading that is a name or a question.
    """
    path, headings = named.section.path, named.section.heading_path
    own = headings[-1]
    if _is_front(path) or _SIGNATURE.search(own) or fixed_in(own).code or _is_question(own):
        return ""
    if not _telling(_page_named(path, headings)).isdisjoint(_terms(question)):
        return ""
    score = max((hit.score for hit in hits if hit.section.path == path), default=0.0)
    others = (
        hit.section.path
        for hit in hits
        if hit.section.path != path
        and hit.score >= _NEARLY_AS_MUCH * score
        and hit.coverage >= _ALL_OF_IT
    )
    return next(others, "")


def _is_of_a_site(path: str, headings: Sequence[str]) -> bool:
    """Tell whether a repository is that of a site, so that its README is about building that."""
    return _README.fullmatch(path) is not None and _SITE.search(headings[0]) is not None


def _is_tutorial(path: str) -> bool:
    *folders, name = path.split("/")
    is_one = _OF_A_TUTORIAL.fullmatch
    return any(map(is_one, folders)) or any(map(is_one, _SPACED.split(name)[:-1]))


def folder_of_readme(path: str, pages: Collection[str]) -> str:
    """The folder that a README speaks of, as that of the tests does; empty where it is a page.

    It stands beside what it is about, and no other page does: below a folder of documentation, or
    among other pages, it is one of them.
    """
    *folders, name = path.split("/")
    if not folders or not _README.fullmatch(name) or _OF_DOCUMENTATION & {*folders}:
        return ""
    beside = (each for each in pages if each != path)
    return "" if any(each.split("/")[:-1] == folders for each in beside) else folders[-1]


def folder_of_a_time(question: str, path: str) -> str:
    """The folder of a page of what was so at a time, such as `deprecations/`; empty where the
    question names it, or it is none.
    """
    folders = path.split("/")[:-1]
    named = (each for each in folders if _OF_A_TIME.fullmatch(each))
    return next((each for each in named if not names_folder(question, each)), "")


def names_folder(question: str, folder: str) -> bool:
    """Tell whether a question says what a folder is called."""
    return _terms(_SPACED.sub(" ", folder)) <= _terms(question)


def _narrowing_page(said: str, path: str, above: Sequence[str]) -> str:
    """The page that a short heading of common words is about, where nothing said names it.

    "Data flow" on the page "Assistant" is about the assistant's, whatever is quoted below it: who
    asks for the data flow asks for any. The first page of all is about the whole project, and
    "Send a question" on the page "Asking a question" is on its subject.
    """
    if _is_front(path):
        return ""
    if not (_words(above[0]) - _SAID_OF_ALL).isdisjoint(_words(said)):
        return ""
    page = _page_named(path, above)
    telling = _telling(page)
    return page if telling and telling.isdisjoint(_terms(said)) else ""


def _page_named(path: str, above: Sequence[str]) -> str:
    """What a page is called: by its title, or its file where that tells nothing."""
    return above[0] if _telling(above[0]) else _file_in_words(path)


def _words(text: str) -> frozenset[str]:
    """All words but those of grammar: also those that tell little, such as "question"."""
    told = [word for word in text.split() if word.casefold() not in GRAMMAR]
    return frozenset(content_terms(" ".join(told)))


def _is_front(path: str) -> bool:
    *folders, name = path.split("/")
    return len(folders) <= 1 and _FRONT.match(name) is not None


def _file_in_words(path: str) -> str:
    """What a file is called, or its folder where that is the name of any."""
    *folders, name = path.split("/")
    called = folders[-1] if folders and _FRONT.match(name) else name.partition(".")[0]
    return _SPACED.sub(" ", _ORDER_OF_FILES.sub("", called))


def _is_of_a_procedure(path: str, above: tuple[str, ...]) -> bool:
    file_name = _SPACED.sub(" ", path.rpartition("/")[2])
    return any(map(_OF_A_PROCEDURE.search, (*above, file_name)))


def _telling(heading: str) -> frozenset[str]:
    return _terms(heading) - _ORDERING


def _terms(text: str) -> frozenset[str]:
    """The terms of a text, and those of "installPeers" one by one too.

    They are cut twice, so that "filtering" and "filter" are the same.
    """
    return frozenset(content_terms(" ".join(content_terms(_CAMEL.sub(" ", text)))))


def _weight(heading: str) -> int:
    """How many telling words a heading has; two characters of an unspaced script are as one.

    So is a word in katakana, however long it is.
    """
    if _UNSPACED.search(heading):
        return asked(_KATAKANA.sub("カナ", _ORDERING_UNSPACED.sub("", heading))).weight
    # Camel case is one word here, whatever it is made of.
    return len(_terms(" ".join(asked(heading).terms)) - _ORDERING)


# Words that pages of any subject have in common with their headings.
_SAID_OF_ALL: Final = frozenset(
    content_terms(
        "api apis basic basics command commands config configuration configure configuring example"
        " examples guide install installation installing option options overview reference setting"
        " settings setup start started type types usage use using work working"
    )
)
# "de" and "une" are no more telling than "of" is.
_ORDERING: Final = _terms(_ORDERING_WORDS) | GRAMMAR
