"""What a quotation needs that stands elsewhere: what it points to, and where it leads."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

_FEWEST_WORDS_BESIDE_LINKS: Final = 12
# As many words tell something beside a link, or a picture, that is not quoted.
_WORDS_BESIDE_A_LINK: Final = 30
_WORDS_BESIDE_A_TELLING_LINK: Final = 8  # in its sentence
_WORDS_BESIDE_A_PICTURE: Final = 10
_CODE: Final = "\0"  # stands for a block of code where only prose is read
_FENCE: Final = re.compile(r" {0,3}(```|~~~)")
_INLINE_CODE: Final = re.compile(r"`[^`\n]*`")
_LINK: Final = re.compile(r"!?\[[^\]\n]{0,500}\]\([^)\s]{0,2000}\)")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n\n")
_POINTER: Final = re.compile(
    r"\b(?:see|refer to|read|check(?: out)?|visit|consult|go to|head to|follow|look at"
    r"|found (?:in|on)"
    r"|(?:instructions?|examples?|details?|guides?|steps)(?= (?:in|on|at) (?:\w+ )?\[)"
    r"|(?:described|documented|explained|covered|listed|available) (?:in|on|at)"
    r"|siehe|lies|lisez|lea|leggi|leia|voir|véase|vedi|veja|zie"
    r"|finde(?:n sie|st du|t ihr)|pouvez trouver|trouverez|vind(?:t u|en)"
    r"|puede\w* encontrar|encontrar(?:á|ás|án)|se encuentran?|encontra(?:-se|m-se)?"
    r"|puoi trovare|trover(?:ai|ete)"
    r"|(?:documenté|décrit|expliqué|présenté|abordé|détaillé)e?s? (?:dans|sur|à)"
    r"|(?:documentad|descrit|explicad)[oa]s? (?:en|em|no|na)"
    r"|(?:documentat|descritt|spiegat)[oaie] (?:in|nel\w*))\b[^.!?\n]{0,300}\["
    r"|\]\([^()\n]{0,300}\)[^.!?\n]{0,300}\b(?:beschrieben|erklärt|dokumentiert|behandelt)\b"
    r"|\bchapitre dédié\b"
    r"|\b(?:separate|own|dedicated) (?:page|document|guide|article|section)\b"
    r"|请参阅|請參閱|参见|參見|参考|參考|参照|를 참고",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W_]+")
_CJK: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SHOWN_LINK: Final = re.compile(r"\]\((?!\s*\))|\]\[|<a\s")
_PICTURE: Final = re.compile(r"!\[|<img\s|<(?:Screenshot|Video|YouTube|Image|ZoomImage)\s")
# "Here is an example:" leads into what is quoted below it. Right after code or a table "the above
# command" is that, and "Here, x is the name" explains it.
_LEADS_IN: Final = re.compile(r"[^\n]{0,200}[:：]\s*(?:\n|\Z)")
_AFTER_BLOCK: Final = re.compile(
    r"[\0|][\s|>]{0,9}(?:\Z|(?:[^.!?\n\0|]{0,120} )?the (?:(?!\w+ed )[\w-]+ ){0,3}\Z)",
    re.IGNORECASE,
)
_ANNOUNCES: Final = re.compile(r" (?:is|are)\b")  # "Here are some of them", after whatever block
_BEFORE: Final = 160  # characters
_MOST_TOLD: Final = 80
# A line that begins neither a list, a table, a quotation nor code, and no label in bold.
_PLAIN_LINE: Final = re.compile(r"[^\s\0>|`~*+#<\d-]|\d{1,9}(?![.)\d])")
# "the two libraries above", "the above libraries"
_THING_BEFORE: Final = re.compile(
    r"\b(?:the|these|those|all|both) (?:[\w-]+ )?([\w-]{4,}) \Z", re.I
)
_THING_AFTER: Final = re.compile(r"\bthe above ([\w-]{4,})", re.IGNORECASE)
# What a reader of the answer alone cannot see.
_ELSEWHERE: Final = re.compile(
    r"(?<!\band )(?<!\bor )\babove\b(?! \d)"
    r"|\b(?:previous|preceding|last|next|prior|following) (?:\w+ )?(?:(?:sub)?section|page|chapter"
    r"|tutorial|part|article|guide)s?\b|\b(?:previous|preceding|last|next|prior) (?:\w+ )?"
    r"(?:example|step|paragraph|snippet)s?\b"
    r"|\A\W{0,40}(?:now that|everything (?:above|below)|as (?:with|in) the\b"
    r"|(?:much |just )?similar(?:ly)? to the\b)|\b(?:like|unlike|as) the below\b"
    r"|\bsee (?:[\w-]+ ){1,4}below\b"
    r"|\A\W{0,40}(?:please )?(?:make sure|ensure|be sure) (?:that )?(?:you|to)(?: have)?"
    r" (?:read|understand|understood|know|follow(?:ed)?)\b"
    r"|\b(?:described|mentioned|explained|discussed|noted|shown|seen|listed|outlined|defined|used"
    r"|created|introduced|given|stated) (?:before|earlier|previously)(?=\s*(?:[.,;:)]|$))"
    r"|\bsee below\b|\b(?:as|like) before\b|\bthe (?:former|latter)\b|\bearlier (?:in|on|we)\b"
    r"|\b(?:in|from|of) our (?:example|demo|sample)s?\b|\bwe (?:just|already|now) "
    r"|\byou(?:'ve| have)? just (?!need)\w+ed\b|^(?:below|here)\b"
    r"|(?:^|[.!?]\s)again,|\bonce again\b|\bagain here\b|\bthis time\b"
    r"|\bkeep reading\b|\bread on\b|\bbelow\W{0,9}\Z"
    r"|\b(?:described|explained|mentioned|shown|discussed|defined) in the (?:[\w-]+ ){1,2}section\b"
    r"|\bnext,? you(?:'ll| will)\b"
    r"|\A\W{0,40}(?:head over|go back|return) to\b|\bthat's all\b|\bwell done!|\bhooray\b"
    r"|\bcongratulations\b"
    r"|\b(?:these|this|the following) (?:instructions|guide|tutorial|article|page|post|link|video"
    r"|documentation|docs)\b|\b(?:click|see|read|found|available|described|documented"
    r"|listed) here\b"
    r"|\b(?:oben(?! (?:rechts|links))|obige[nrs]?|vorherige[nrs]?|siehe unten)\b"
    r"|\bci-dess(?:us|ous)\b"
    r"|\bprécédente?s?\b|\b(?:sección|seção|página|ejemplo|exemplo|paso|passo) anterior\b"
    r"|\bmás arriba\b|\bacima\b|\bsopra\b|\bprecedent[ei]\b|\bhierboven\b|\bvorige\b"
    r"|上面|上述|上文|如上|前面|前述|上一[节節章步页頁]|下一[节節章步页頁]|下文|上記|先ほど|前の[章節例]"
    r"|次の[章節]|위의|앞서",
    re.IGNORECASE | re.MULTILINE,
)
# A text that begins so goes on from another one.
_GOES_ON: Final = re.compile(
    r"\A\W{0,40}(?:but|however|otherwise|instead|also|additionally|furthermore|moreover|then|alternatively"
    r"|therefore|thus|hence|similarly|likewise|conversely|nevertheless|and|or|yet|still"
    r"|aber|jedoch|allerdings|sonst|außerdem|dennoch|trotzdem|mais|cependant|toutefois|sinon"
    r"|néanmoins|pero|sin embargo|no obstante|ma|però|tuttavia|mas|porém|contudo|maar|echter)\b"
    # Within the first words too: "You should, however, …"
    r"|\A\W{0,40}(?:\w[\w'’-]{0,29}[^\w'’-]{1,3}){1,4}?(?:however|allerdings|jedoch|cependant|toutefois"
    r"|néanmoins|sin embargo|no obstante|tuttavia|porém|contudo|echter)\b"
    r"|\A\W{0,40}(?:しかし|ただし|また、|そして|但是|然而|不過|不过|另外|此外|그러나|하지만|또한)",
    re.IGNORECASE,
)


def goes_on(text: str) -> re.Match[str] | None:
    """Find the word by which a text or a heading goes on from another one."""
    return _GOES_ON.match(text)


def pointed_to(prose: str) -> str:
    """The words by which a prose without its code points to what is not in it; empty if none."""
    if found := goes_on(prose):
        return " ".join(found[0].replace(_CODE, "").split())
    return next((found[0].replace(_CODE, "").strip() for found in _pointers(prose)), "")


def _pointers(prose: str) -> Iterator[re.Match[str]]:
    for found in _ELSEWHERE.finditer(prose):
        before = prose[max(0, found.start() - _BEFORE) : found.start()]
        word = found[0].lower()
        may_lead_in = word in ("here", "below") or word.startswith(("the following", "following"))
        leads_in = may_lead_in and _LEADS_IN.match(prose, found.end())
        announces = word == "here" and _ANNOUNCES.match(prose, found.end())
        goes_back = word in ("here", "above") and not announces and _AFTER_BLOCK.search(before)
        if not leads_in and not goes_back and not (word == "above" and _was_named(prose, found)):
            yield found


def _was_named(prose: str, above: re.Match[str]) -> bool:
    """Tell whether what stands "above" was named before its sentence, so that it is quoted too."""
    thing = _THING_BEFORE.search(prose, 0, above.start()) or _THING_AFTER.search(
        prose, max(0, above.start() - len("the ")), above.end() + _BEFORE
    )
    if not thing:
        return False
    stem = thing[1].lower().removesuffix("s").removesuffix("ie")
    sentences = _SENTENCE_END.split(prose[: above.start()])
    return any(stem in each.lower() for each in sentences[:-1])


def announced_in_vain(quoted: str) -> str:
    """The line that ends by announcing what does not follow, such as a picture; or ""."""
    lines = [line for line in without_code_blocks(quoted).split("\n") if line.strip(" >")]
    for line, below in pairwise([*lines, "The end."]):
        if line.rstrip().endswith((":", "：")) and all(map(_PLAIN_LINE.match, (line, below))):
            return line.strip()[-_MOST_TOLD:]
    return ""


def is_pointer(sentence: str) -> bool:
    """Tell whether a sentence says where to read on, by a link."""
    return _POINTER.search(sentence) is not None


def says_little(prose: str) -> bool:
    """Tell whether a prose says hardly more than where to read on."""
    told = _without_pointers(prose)
    return told != prose and count_words(told) < _FEWEST_WORDS_BESIDE_LINKS


def leads_away(text: str, prose: str) -> bool:
    """Tell whether a section's text has links and pictures which what is quoted of it needs.

    Links to other hosts are quoted as their words, which is all that a sentence needs that tells
    something itself. Pictures are not quoted at all.
    """
    pictures = len(_PICTURE.findall(text))
    links = _links_that_matter(without_code_blocks(text)) - _links_that_matter(prose)
    needed = _WORDS_BESIDE_A_LINK * max(0, links) + _WORDS_BESIDE_A_PICTURE * pictures
    return count_words(prose) < needed


def _links_that_matter(prose: str) -> int:
    """Count the links of sentences that say where to read on, or little beside them."""
    found = 0
    for sentence in _SENTENCE_END.split(prose):
        links = len(_SHOWN_LINK.findall(sentence)) - len(_PICTURE.findall(sentence))
        said = count_words(_LINK.sub(" ", sentence))
        if said < links * _WORDS_BESIDE_A_TELLING_LINK or _POINTER.search(sentence):
            found += links
    return found


def without_code_blocks(quoted: str) -> str:
    """Leave code out, with a mark where it stood."""
    kept, fence = [], ""
    for line in quoted.split("\n"):
        opens = _FENCE.match(line)
        if fence:
            fence = "" if opens and opens[1] == fence else fence
        elif opens:
            fence = opens[1]
            kept.append(_CODE)
        else:
            kept.append(line)
    return "\n".join(kept)


def without_inline_code(prose: str) -> str:
    """Leave out what is marked as code within a line."""
    return _INLINE_CODE.sub(" ", prose)


def _without_pointers(prose: str) -> str:
    """Leave out links, and sentences that say no more than where to look."""
    sentences = _SENTENCE_END.split(prose)
    if not any(map(_POINTER.search, sentences)):
        return _LINK.sub(" ", prose) if _LINK.search(prose) else prose
    return " ".join(_LINK.sub(" ", each) for each in sentences if not _POINTER.search(each))


def count_words(text: str) -> float:
    """Count words; two characters of an unspaced script are one."""
    spaced, characters = _CJK.subn(" ", text)
    return len(_WORD.findall(spaced)) + characters / 2
