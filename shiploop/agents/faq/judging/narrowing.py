"""Headings that say what they are about only together with those above them.

"Running in background" below "Autostart on Windows" is about Windows. Quoted alone it would answer
another question, unless the question or the quotation names what stands above.
"""

import re
from collections.abc import Sequence
from typing import Final

from shiploop.agents.faq.judging.names import fixed_in
from shiploop.agents.faq.retrieval.asked import asked
from shiploop.agents.faq.retrieval.terms import content_terms

_FEW: Final = 2  # telling words of a heading that may be about much
_FEW_OF_A_PROCEDURE: Final = 3
# Headings and pages whose parts are steps or cases of something, or one side of a comparison.
_OF_A_PROCEDURE: Final = re.compile(
    r"\bmigrat|\bupgrad|\btutorial|\brecipes?\b|\bstep\b"
    r"|\brezepte?\b|\bschritt\b|\bmise à niveau|\btutoriel|\brecettes?\b|\bétape\b"
    r"|\bdifferences? (?:between|from|to|with)|\bcompar(?:ed|ison|ing)|\bvs\b|\bunterschied"
    r"|\bvergleich|\bdifférences? entre|\bdiferencias? entre|区别|區別|对比|對比|違い|比較"
    r"|\bmigraci|\bactualizaci|\brecetas?\b|\bpaso\b"
    r"|迁移|遷移|升级|升級|教程|步骤|步驟|移行|アップグレード|チュートリアル|ステップ",
    re.IGNORECASE,
)
# A heading that says itself that it is one of several.
_IS_STEP: Final = re.compile(
    r"(?:step|schritt|étape|paso|passo|passaggio|stap|ステップ|步骤|步驟|手順)\s{0,3}\d|第?\s{0,3}\d{1,3}\s{0,3}[步歩]",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\(?\d{1,3}[.)、]\s")
_KATAKANA: Final = re.compile(r"[\u30a1-\u30fa][\u30a1-\u30ff]+")
_SPACED: Final = re.compile(r"[-_/.]+")
# What stands below such a heading is about that system only.
_OF_A_SYSTEM: Final = re.compile(r"\b(?:on|under|auf|unter|sous) [A-Z]\w+")
_ASIDE: Final = re.compile(r"^>.*$", re.MULTILINE)  # it tells late, or of something else
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNATURE: Final = re.compile(r"[(\[<=]|\w[.:]+\w")
# They stand above parts of a page and say nothing of them.
_ORDERING_WORDS: Final = """
advanced api apis available basic basics cases command commands common concept concepts config
configuration configure configuring custom customization definition definitions description
descriptions documentation doc docs environment example examples faq feature features frequently
general getting guide guides guidelines help installation installing install instruction
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


def narrowing_heading(question: str, path: str, headings: tuple[str, ...], quoted: str) -> str:
    """The heading above that neither a question nor what is quoted names; empty if none."""
    own, above = headings[-1], headings[:-1]
    if not above or _SIGNATURE.search(own) or fixed_in(own).code:
        return ""
    said = _terms(f"{question}\n{_ASIDE.sub('', quoted)}")
    is_step = _IS_STEP.match(own.lstrip("*_ ")) is not None
    if is_step or _NUMBERED.match(own) or _is_of_a_procedure(path, above):
        few = is_step or _weight(own) <= _FEW_OF_A_PROCEDURE
        return next((each for each in reversed(above) if few and not _telling(each) <= said), "")
    # The title of a page mostly says no more than what the project is about.
    between = [each for each in reversed(above[1:]) if _telling(each)]
    return between[0] if _weight(own) <= _FEW and _narrow(between, said) else ""


def _narrow(between: Sequence[str], said: frozenset[str]) -> bool:
    """Tell whether headings, the nearest first, say what is said nowhere else."""
    if not between:
        return False
    if _OF_A_SYSTEM.search(between[0]):
        return not _telling(between[0]) <= said
    return all(_telling(each).isdisjoint(said) for each in between)


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
    if not heading.isascii():
        return asked(_KATAKANA.sub("カナ", heading)).weight
    # Camel case is one word here, whatever it is made of.
    return len(_terms(" ".join(asked(heading).terms)) - _ORDERING)


_ORDERING: Final = _terms(_ORDERING_WORDS)
