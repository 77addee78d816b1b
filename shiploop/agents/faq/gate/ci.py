"""What the repository's own check of answers refuses, refused before a pull request is opened.

The rules are those of the step in deployments/github/workflows/agent-mvp-ci-fast.yml, in its
words: a test holds the two against each other.
"""

import re
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.domain.limits import MAX_ANSWER_CHARACTERS

# Of the prose, as a reader of lines sees it.
OF_PROSE: Final = (
    r"(?<!\\)<[a-z/!?]",
    r"(?<!\\)!\[",
    r"\]\(\s*(?!(\.\./)?[^():\\/%? ][^():\\? ]*\))",
    r"(?<!\\)(:|&#58;)//|\bwww\.|\b(javascript|vbscript|mailto|tel):\S|data:[a-z]+/",
    r"^[ >*+-]*\[[^\]]+\]:|\[\^|(?<!\\)\]\[",
    r"(?<!\\)&(?!(lt|amp|#(3[34679]|4[02357]|58|6[013]|9[14]|10[15]|12[3-6]));)#?\w+;"
    r"|\]\([^)]*&#?\w+;",
    r"(?<!\{\{ .)\{[{%:](?! .\{\{. \}\})|\$\$|(?<![\\\w])\$\S*\\\w",
    r"(?<![\w.+/-])@\w",
    r"\b(clos|fix|resolv)\w{0,2}\b\W{0,5}([\w./-]*#\d|gh-\d|https?:)",
    r"\[\W{0,9}(skip|no)\W{1,9}(ci|actions?|checks?|vercel|netlify)\W{0,9}\]"
    r"|\[\W{0,9}(ci|actions?)\W{1,9}skip\W{0,9}\]|skip-checks\s*:|\*no_ci\*",
)
# Of all that is added, the question and code among it.
OF_ALL: Final = (
    r"gh[oprsu]_\w{16}|github_pat_|glpat-[\w-]{16}|\bsk-[\w-]{16}|\bA[KS]IA[A-Z0-9]{12}"
    r"|AIza[\w-]{30}|xox[a-z]-[\w-]{10}|hooks\.slack\.com/|\beyJ[\w-]{8,}\.|-----BEGIN"
    r"|://[^\s/]*:[^\s/]*@|bearer\s+\w{16}",
)
# Of the answer, line by line.
OF_ANSWER: Final = (
    r"^(?!(<!--|\{/\*) /?shiploop:entry [^ ]+( hash=[0-9a-f]{64} trace=[\w-]+)? (-->|\*/\})$)"
    r".*(<!--|\{/\*)\W{0,4}shiploop"
    r"|^\W*(trace-id|rolls-back|signature)\W+(v1:)?[0-9a-f-]{8}",
)


def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.IGNORECASE) for each in patterns)


_PROSE: Final = _compiled(OF_PROSE)
_ALL: Final = _compiled(OF_ALL)
_ANSWER: Final = _compiled(OF_ANSWER)
_HEADING: Final = re.compile(r"#+ ")
# In a quotation too, with which its code ends.
_FENCE: Final = re.compile(r"[ >]*(?:```|~~~)")
_QUOTED: Final = re.compile(r" *>")
# What folds an answer away, where the FAQ has its own so.
_FOLD: Final = re.compile(
    r"</?details>|<summary>(?:<(?:b|strong)>)?[^<>]*(?:</(?:b|strong)>)?</summary>"
)
# What a question stands in where the FAQ has its own so: a heading of HTML, a component, a
# shortcode, a tag of Liquid. The title in it is no part of its shape.
_FRAME: Final = re.compile(
    r" *(?:<[hH][1-6][^<>]*>[^<>]*(?:</[hH][1-6]>)?|</[hH][1-6]>|</?[A-Z][^<>]*>"
    r"|\{\{[<%][^<>{}]*[>%]\}\}|\{%[^{}]*%\})"
)
_VALUE: Final = re.compile(r'"[^"<>]*"')
_TITLE: Final = re.compile(r">[^<>]*<")
_TAG: Final = re.compile(r" *\{%-? *[A-Za-z]+")
_CODE: Final = re.compile(r"`[^`]*`")


def frames_in(document: str) -> frozenset[str]:
    """The shapes of lines that questions stand in, as a document has them already."""
    return frozenset(
        _shape(line)
        for line in document.split("\n")
        if line.lstrip(" ")[:1] in ("<", "{") and _FRAME.fullmatch(line)
    )


def _shape(line: str) -> str:
    shape = _TITLE.sub("><", _VALUE.sub('""', line))
    tag = _TAG.match(shape)
    return tag[0] if tag else shape


def check_as_ci(
    answer: str,
    heading: str,
    allowed_hosts: frozenset[str],
    frames: frozenset[str] = frozenset(),
) -> Iterator[Refusal]:
    """Look at an entry as that step does; `heading` is the question as the document has it.

    `frames` are the shapes that its lines may have.
    """
    if len(answer) > MAX_ANSWER_CHARACTERS:
        return  # it is refused for that, and some of these would take long for a longer one
    lines = answer.split("\n")
    found = (
        _any(_PROSE, _prose(lines, allowed_hosts, frames))
        or _any(_ALL, [heading, *lines])
        or _any(_ANSWER, [line for line in lines if not line.startswith("#")])
    )
    if found:
        yield Refusal.REFUSED_BY_CI


def _any(patterns: tuple[re.Pattern[str], ...], lines: list[str]) -> bool:
    return any(pattern.search(line) for pattern in patterns for line in lines)


def _prose(lines: list[str], allowed_hosts: frozenset[str], frames: frozenset[str]) -> list[str]:
    hosts = "|".join(map(re.escape, sorted(allowed_hosts))) or r"none\.invalid"
    allowed = re.compile(rf"https(?::|&#58;)//(?:{hosts})(?:/[^) ]*)?(?=[) ]|$)")
    kept, in_code, in_quotation = [], False, False
    for line in lines:
        if in_quotation and not _QUOTED.match(line):
            in_code = in_quotation = False
        if _HEADING.match(line) or _FOLD.fullmatch(line):
            continue
        if frames and _FRAME.fullmatch(line) and _shape(line) in frames:
            continue
        if _FENCE.match(line):
            in_code, in_quotation = not in_code, _QUOTED.match(line) is not None
        elif not in_code:
            kept.append(allowed.sub("allowed.md", _CODE.sub("CODE", line)))
    return kept
