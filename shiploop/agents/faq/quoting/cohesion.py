"""Which blocks need each other, and which turn the meaning of others around.

A block that is left out must not be one that says "never", "only" or "unless"; a sentence that
leads into a list is nothing without it; and "It does so" needs to be told what.
"""

import re
from collections.abc import Sequence
from typing import Final

from shiploop.agents.faq.quoting.links import unlinked
from shiploop.agents.faq.quoting.shapes import Block, Sort

# Not, never, unless, only, except, however, but, deprecated, removed, and what comes near them.
_QUALIFYING_WORDS: Final = """
not never no none nor neither nothing cannot without unless until only except excluding otherwise
however but although though instead unsupported deprecated removed obsolete experimental
nicht nie niemals kein keine keinen keinem keiner keines ohne nur außer ausser sofern solange
jedoch aber allerdings sondern sonst stattdessen veraltet entfernt
ne pas jamais aucun aucune sans sauf seulement uniquement excepté toutefois cependant mais sinon
obsolète déprécié dépréciée supprimé supprimée
nunca jamás ningún ninguna ninguno sin salvo excepto solo sólo solamente únicamente pero sino
obsoleto obsoleta eliminado eliminada
non mai nessun nessuno nessuna senza tranne eccetto solo soltanto tuttavia però invece rimosso
rimossa deprecato deprecata
não nunca nenhum nenhuma sem exceto apenas somente porém entretanto descontinuado removido removida
niet nooit geen zonder tenzij behalve alleen echter maar verouderd verwijderd
"""
_QUALIFYING: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(set(_QUALIFYING_WORDS.split())))})(?!\w)|n['’]t\b|\bqu'|\bn['’](?=\w)"
    "|不|没|沒|未|无法|無法|禁止|请勿|請勿|仅|僅|只|除非|除了|以外|但|然而|废弃|廢棄|弃用|棄用|移除|删除|刪除"
    "|ない|なけ|なく|ません|ずに|のみ|だけ|しか|ただし|しかし|除く|除き|非推奨|廃止|削除|限り"
    "|않|없|못|아니|지만|뿐|제외|오직|단,|금지|폐기|제거|마세요|말아",
    re.IGNORECASE,
)
_LEADS_IN: Final = (":", "：")
# What is to come is spoken of, in a last sentence that ends like any other.
_ANNOUNCES: Final = re.compile(
    r"\b(?:as follows|the following|below|wie folgt|folgende\w*|unten|comme suit|suivante?s?"
    r"|ci-dessous|siguientes?|a continuación|seguenti?|di seguito|seguintes?|abaixo|volgende"
    r"|hieronder)\b|如下|以下|下面|下列|次の|下記|다음|아래",
    re.IGNORECASE,
)
_LEANING_WORDS: Final = """
this these that those it its they them their he she then otherwise however but also instead
therefore thus hence so and or nor yet alternatively additionally furthermore moreover similarly
likewise finally next afterwards conversely
dies diese dieser dieses es sie dann sonst jedoch aber außerdem stattdessen daher deshalb dabei
cela ceci ce cet cette ces il ils elle elles ensuite sinon cependant mais donc
esto este esta estos estas ese esa ello entonces luego pero también además
questo questa questi queste esso essa poi altrimenti tuttavia ma inoltre quindi
isto este esta isso esse essa ele ela depois então porém mas também além
dit deze dat die het zij dan anders echter maar ook daarom
"""
_LEANS: Final = re.compile(
    rf"(?:(?:{'|'.join(sorted(set(_LEANING_WORDS.split())))})(?!\w)"
    "|这|這|此|它|其|该|該|然后|然後|接着|接著|否则|否則|但|不过|不過|因此|所以|另外|此外|同样|同樣|最后|最後"
    "|これ|それ|この|その|また|次に|ただし|しかし|そして|さらに|なお|そのため"
    "|이것|그것|이는|그러나|하지만|그리고|또한|따라서|그런|이렇게|이를)",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r"(?:but|however|otherwise|instead|then|also|and|or|aber|jedoch|sonst|dann|mais|cependant|sinon"
    r"|ensuite|pero|sino|luego|ma|tuttavia|altrimenti|mas|porém|então|maar|echter|dan)(?!\w)"
    "|但|不过|不過|然而|否则|否則|然后|然後|另外|しかし|ただし|また|そして|次に|하지만|그러나|또한",
    re.IGNORECASE,
)
_FIRST_STEP: Final = re.compile(
    r"(?:first|firstly|to begin|to start|step 1|zuerst|zunächst|(?:tout )?d'abord|premièrement"
    r"|primero|en primer lugar|innanzitutto|per prima cosa|primeiro|ten eerste|eerst)(?!\w)"
    "|首先|第一步|まず|最初に|먼저|우선",
    re.IGNORECASE,
)
_HARMLESS_BOXES: Final = frozenset({"tip", "hint", "example", "seealso", "see-also"})
_SENTENCE_ENDS: Final = ".!?。！？"
_BEFORE_WORDS: Final = " \n*_\"'“(>"


def runs(blocks: Sequence[Block]) -> tuple[tuple[int, int], ...]:
    """Divide blocks into runs that have to stand together: each from, and up to before."""
    if not blocks:
        return ()
    starts = [0, *(i for i in range(1, len(blocks)) if not _bound(blocks[i - 1], blocks[i]))]
    return tuple(zip(starts, [*starts[1:], len(blocks)], strict=True))


def qualifies(block: Block) -> bool:
    """Tell whether what others say is no longer the whole truth without this block."""
    if block.sort is Sort.BOX and block.kind not in _HARMLESS_BOXES:
        return True
    if block.obstacle and block.sort is not Sort.CODE:
        return True  # nobody knows all that it says
    return _QUALIFYING.search(block.text) is not None


def goes_on(block: Block) -> bool:
    """Tell whether a block goes on from another one: "But …", "Otherwise …"."""
    return _GOES_ON.match(block.text.lstrip(_BEFORE_WORDS)) is not None


def begins_steps(block: Block) -> bool:
    """Tell whether a block is the first of several steps, which are nothing without the others."""
    return _FIRST_STEP.match(block.text.lstrip(_BEFORE_WORDS)) is not None


def is_left_open(block: Block) -> bool:
    """Tell whether a block announces something, so that it cannot be the last one."""
    if block.sort in (Sort.CODE, Sort.TABLE):
        return False
    text = _bare(unlinked(block.text))
    last = text[max(text.rfind(end, 0, -1) for end in _SENTENCE_ENDS) + 1 :]
    announces = block.sort is Sort.TEXT and _ANNOUNCES.search(last) is not None
    return text.endswith(_LEADS_IN) or announces or _is_title(block)


def _bound(before: Block, block: Block) -> bool:
    if _is_title(before) or _bare(before.text).endswith(_LEADS_IN):
        return True
    if _LEANS.match(block.text.lstrip(_BEFORE_WORDS)):
        return True
    # Code, lists and tables say what they are for in the text above them.
    return block.sort in (Sort.CODE, Sort.LIST, Sort.TABLE, Sort.TAB)


def _is_title(block: Block) -> bool:
    """Tell whether a paragraph is wholly strong: many write so what is a title."""
    text = block.text
    strong = len(text) > len("****") and text.startswith("**") and text.endswith("**")
    return block.sort is Sort.TEXT and strong and text.count("**") == 2


def _bare(text: str) -> str:
    return text.rstrip().rstrip("*_ ")
