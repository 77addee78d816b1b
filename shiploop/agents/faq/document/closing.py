"""What stands below the last answer and is none of it: footers, labels of links, closing words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from shiploop.agents.faq.document.enclosing import closes
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.markers import THEMATIC_BREAK

_FOOTER_RULE: Final = re.compile(
    rf"{THEMATIC_BREAK.pattern}|[ ]{{0,3}}<hr[ ]?/?>[ \t]*", re.IGNORECASE
)
_OF_PAGE: Final = re.compile(r"<(style|script)[ >]", re.IGNORECASE)
_LINK_LABEL: Final = re.compile(r"[ ]{0,3}(\[[^\]\n]{1,200}\]):[ \t]*\S")
_ANCHOR: Final = re.compile(r"[ ]{0,3}<a[ ](?:name|id)=[^<>]{0,200}>(?:</a>)?[ \t]*")
_END_TAG: Final = re.compile(r"[ ]{0,3}</(?P<tag>[a-z]\w{0,30})>[ \t]*", re.IGNORECASE)
_DETAILS: Final = re.compile(r"<details[ >]", re.IGNORECASE)
_DETAILS_END: Final = re.compile(r"</details>", re.IGNORECASE)
# A text that stands on many pages, taken in from elsewhere.
_INCLUDE: Final = re.compile(
    r"[ ]{0,3}(?:\{%-?[ ]{1,3}include[^%{}\n]{0,200}%\}|--8<--[ ].{1,200}"
    r"|\{\{#include[^{}\n]{1,200}\}\}|\{\{[<%][ ]{0,3}include[^{}\n]{1,200}\}\})[ \t]*"
)
_END_OF_BOX: Final = re.compile(r"[ ]{0,3}(?::{3,}|/{3})[ \t]*")
_TO_TOP: Final = re.compile(
    r"\b(?:back|return|go) to (?:the )?(?:top|contents?|toc)\b|[⬆↑🔝]", re.IGNORECASE
)
_COMMENTS: Final = ("<!--", "{/*")
_TAG: Final = re.compile(r"<[^<>]*>")
_ENOUGH: Final = 3  # answers that end alike
_SHORT_LINE: Final = 120
_MOST_OF_FOOTER: Final = 12  # lines
_FENCE: Final = re.compile(r"[ \t]{0,12}(?:`{3,}|~{3,})")

# What a file says where its questions end, as a heading or as a paragraph.
_CLOSING: Final = re.compile(
    r"(?:see also|(?:further|additional|more|other|related|useful|external) (?:reading|help|support"
    r"|questions?|information|info|resources?|links?|topics?|docs|documentation|guides?)"
    r"|(?:do you )?(?:still )?(?:have|having|got|need|stuck|confused|unsure|lost)"
    r"(?: (?:any|a|an|some|more|other|another|additional|further|unanswered|specific|different))*"
    r" ?(?:questions?|help|support|assistance|issues?|problems?|trouble)?"
    r"(?: (?:not|that).{0,60}|\?.{0,200}|[.!,:].{0,200})?"
    r"|(?:did ?n[o'’]?t|did not|can[' ’]?t|cannot|could ?n[o'’]?t|don[' ’]?t|do not) (?:you )?"
    r"(?:find|see|have)\b.{0,200}"
    r"|(?:my|your) (?:question|problem|issue) (?:is|was|isn['’]t|wasn['’]t)\b.{0,200}"
    r"|(?:if you|for (?:any|more|other|further)|any (?:other|more|further))\b.{0,40}"
    r"\b(?:questions?|information|details|help|support)\b.{0,200}"
    r"|(?:get(?:ting)?|where to get|need)(?: more| further| additional)? (?:help|support|in touch)"
    r"|contact(?: us| me| information)?|support|help|resources?|links?|references?|footnotes?"
    r"|.{0,40}\bthis faq\b.{0,200}"
    r"|.{0,60}\b(?:not|isn['’]t) (?:answered|listed|covered|mentioned)\b.{0,120}"
    r"|.{0,30}\b(?:require|need) (?:any )?(?:further|more|additional) (?:assistance|help)\b.{0,120}"
    r"|i have an?(?:other)? (?:different |other )?(?:issue|problem|question)\b.{0,60}"
    r"|next steps?|what['’]s next|where to go next|community|feedback|contribut(?:e|ing|ors?)"
    r"|licen[cs]e|licen[cs]ing|credits|acknowledge?ments?|change ?log|last updated?\b.{0,60}"
    r"|ask (?:a|your|us|the)\b.{0,80}|questions|(?:need|want) (?:more |further )?help\b.{0,80}"
    r"|(?:where|how) (?:can|do|should|could|to)(?: (?:i|we|you))? (?:(?:contact|reach)\b"
    r"|ask (?:\w{1,12} ){0,3}questions?\b"
    r"|(?:get|find|ask for|receive) (?:\w{1,12} ){0,3}(?:help|support)\b"
    r"|report (?:an? )?(?:bugs?|issues?|problems?)\b).{0,60}"
    r"|.{0,12}(?:哪里|哪裡|哪儿|如何|怎么|怎麼|怎样)(?:可以|才能|能)?"
    r"(?:找到|获得|獲得|得到|寻求|尋求)(?:更多)?的?(?:帮助|幫助|支持|支援)"
    r"|(?:如何|怎么|怎麼)(?:联系|聯絡|聯繫).{0,10}"
    r"|相关链接|相關連結|参考.{0,10}|參考.{0,10}|更多.{0,10}"
    r"|参见|參見|其他问题|其他問題|还有问题.{0,20}|還有問題.{0,20}|联系.{0,10}|聯絡.{0,10}|関連.{0,10})"
    r"[\s.?!:：？。…]{0,5}",
    re.IGNORECASE,
)


# A paragraph that says so is short of words for an answer, which may well end with "See also".
_FAREWELL: Final = re.compile(
    r"(?:do you )?still (?:have|having|got)[ ](?:[a-z]{1,10}[ ]){0,3}questions?\b"
    r"|(?:have|got)[ ](?:any|more|other|another|a|further)[ ](?:[a-z]{1,10}[ ]){0,2}questions?\b"
    r"|(?:did ?n[o'’]?t|did not|can[' ’]?t|cannot|could ?n[o'’]?t|don[' ’]?t) (?:you )?"
    r"(?:find|see) (?:an answer|the answer|your|what you)\b"
    r"|if you (?:still )?(?:have|need)[ ](?:[a-z]{1,10}[ ]){0,3}(?:questions?|help)\b"
    r"|[还還]有(?:其他|更多)?[问問][题題]",
    re.IGNORECASE,
)
_DECORATION: Final = "*_ \t🙂💬📞🆘📚"


def is_closing(text: str) -> bool:
    """Tell whether a heading closes a file: `See also`, `Still have questions?`."""
    return _CLOSING.fullmatch(_from_first_letter(text)[:300].rstrip(_DECORATION)) is not None


def _from_first_letter(text: str) -> str:
    begin = 0
    while begin < len(text) and not text[begin].isalnum():
        begin += 1
    return text[begin:]


def rule_between(answers: Sequence[str]) -> str:
    """The thematic break that a file has between its answers; empty where it has none."""
    last = [answer.rstrip().rpartition("\n")[2] for answer in answers[:-1]]
    rules = Counter(line for line in last if THEMATIC_BREAK.fullmatch(line))
    line, count = rules.most_common(1)[0] if rules else ("", 0)
    return line.strip() if 2 * count > len(last) else ""


def end_of_answer(lines: Lines, begin: int, end: int, others: Sequence[str]) -> int:
    """The line after the last one of an answer that stands in the lines from `begin` to `end`.

    `others` are the answers above it: what ends most of them belongs to it as well.
    """
    usual = Counter(map(_last_line, others))
    end = _after_usual_end(lines, begin, end, usual)
    kept = _before_footer(lines, begin, end)
    while (shorter := _without_last(lines, begin, kept, usual)) < kept:
        kept = shorter
    return kept if kept > begin else _without_blanks(lines, begin, end)


def _last_line(answer: str) -> str:
    """The last line of an answer, above an id of the question that follows."""
    above, _, last = answer.rstrip().rpartition("\n")
    return (above.rstrip().rpartition("\n")[2] if _ANCHOR.fullmatch(last) else last).strip()


def end_of_fold(lines: Lines, summary: int) -> int:
    """The line after the end of the `<details>` in which a summary stands; 0 where it has none."""
    depth = 0 if _DETAILS.search(lines.lines[summary]) else 1
    for line in _outside_code(lines, summary, len(lines)):
        begun, ended = (len(each.findall(lines.lines[line])) for each in (_DETAILS, _DETAILS_END))
        depth += begun - ended
        if ended and depth <= 0:
            return line + 1
    return 0


def end_of_set_in(lines: Lines, begin: int, end: int) -> int:
    """The line after a text that is set in: what begins at the margin below a blank line is not."""
    for line in range(begin, end):
        is_at_margin = lines.lines[line][:1] not in ("", " ", "\t", ":")
        if is_at_margin and line > begin and lines.is_blank(line - 1):
            return _without_blanks(lines, begin, line)
    return _without_blanks(lines, begin, end)


def end_of_enclosed(lines: Lines, begin: int, end: int, closing: str) -> int:
    """The line after what closes a box; 0 where nothing does."""
    found = (line for line in range(begin, end) if closes(lines.lines[line], closing))
    return next(found, -1) + 1


def _after_usual_end(lines: Lines, begin: int, end: int, usual: Counter[str]) -> int:
    """Cut a text below what ends nearly all of the answers above it, such as a line break."""
    mark, count = usual.most_common(1)[0] if usual else ("", 0)
    says_nothing = not any(map(str.isalpha, _TAG.sub("", mark))) or _TO_TOP.search(mark)
    if count < _ENOUGH or 5 * count < 4 * usual.total() or not mark or not says_nothing:
        return end
    if THEMATIC_BREAK.fullmatch(mark):
        return end
    outside = _outside_code(lines, begin, end)
    return next((line + 1 for line in outside if lines.lines[line].strip() == mark), end)


def _before_footer(lines: Lines, begin: int, end: int) -> int:
    """Cut a text at what is for the page alone, or its last break, where little stands below."""
    outside = list(_outside_code(lines, begin, end))
    of_page = (line for line in outside if line > begin and _is_of_page(lines, line, end))
    end = next(of_page, end)
    outside = [line for line in outside if line < end]
    rules = [
        line
        for line in outside
        if line > begin and lines.is_blank(line - 1) and _FOOTER_RULE.fullmatch(lines.lines[line])
    ]
    if not rules:
        return end
    below = sum(not lines.is_blank(line) for line in range(rules[-1] + 1, end))
    return rules[-1] if below <= _MOST_OF_FOOTER else end


def _is_of_page(lines: Lines, begin: int, end: int) -> bool:
    """Tell whether an element begins that shows nothing, and ends."""
    found = _OF_PAGE.match(lines.lines[begin])
    if found is None:
        return False
    closing = f"</{found[1]}".lower()
    return any(closing in line.lower() for line in lines.lines[begin:end])


def _outside_code(lines: Lines, begin: int, end: int) -> Iterator[int]:
    fence = ""
    for line in range(begin, end):
        text = lines.lines[line]
        if marks := _FENCE.match(text):
            mark = marks[0].lstrip()
            fence = mark if not fence else "" if mark.startswith(fence) else fence
        elif not fence:
            yield line


def _without_last(lines: Lines, begin: int, end: int, usual: Counter[str]) -> int:
    """Leave the last line or paragraph out where it does not belong to the answer."""
    end = _without_blanks(lines, begin, end)
    if end <= begin:
        return end
    line = lines.lines[end - 1]
    if usual[line.strip()] > 1 or 0 < len(usual) == usual[line.strip()]:
        return end
    if line.rstrip().endswith(("-->", "*/}")):
        first = end - 1
        while first > begin and not lines.lines[first].lstrip().startswith(_COMMENTS):
            first -= 1
        return first if lines.lines[first].lstrip().startswith(_COMMENTS) else end
    is_apart = end - 1 > begin and lines.is_blank(end - 2)
    if is_apart and _INCLUDE.fullmatch(line):
        return end - 1
    if _ANCHOR.fullmatch(line) or _ends_what_it_did_not_begin(lines, begin, end):
        return end - 1
    paragraph = end - 1
    while paragraph > begin and not lines.is_blank(paragraph - 1):
        paragraph -= 1
    text = lines.lines[paragraph]
    labels = [_LINK_LABEL.match(each) for each in lines.lines[paragraph:end]]
    if all(labels):
        answer = "\n".join(lines.lines[begin:paragraph])
        is_its_own = all(label and label[1] in answer for label in labels)
        return end if is_its_own else paragraph
    if paragraph == end - 1 and len(text) <= _SHORT_LINE and _TO_TOP.search(text):
        return paragraph
    says = _FAREWELL.match(_from_first_letter(text)[:300])
    return paragraph if paragraph > begin and says else end


def _without_blanks(lines: Lines, begin: int, end: int) -> int:
    while end > begin and lines.is_blank(end - 1):
        end -= 1
    return end


def _ends_what_it_did_not_begin(lines: Lines, begin: int, end: int) -> bool:
    """Tell whether the last line ends an element or a box that began above the answer."""
    line, above = lines.lines[end - 1], lines.lines[begin : end - 1]
    if tag := _END_TAG.fullmatch(line):
        name = tag["tag"].lower()
        text = "\n".join(above).lower()
        return text.count(f"<{name}") <= text.count(f"</{name}")
    if _END_OF_BOX.fullmatch(line):
        mark = line.strip()
        boxes = [each.strip() for each in above if each.strip().startswith(mark)]
        return 2 * sum(each == mark for each in boxes) >= len(boxes)
    return False
