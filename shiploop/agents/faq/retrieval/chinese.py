"""Traditional Chinese as Simplified, so that either finds the other; it is quoted as it stands."""

import re
from functools import cache
from typing import Final

from opencc import OpenCC

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def simplified(text: str) -> str:
    """Write each character as Simplified Chinese has it, in whatever language it stands."""
    return _converted(text, "t2s") if _HAN.search(text) else text


def simplified_words(text: str) -> str:
    """Write Chinese as Simplified, and in the words of the mainland: 資料庫 is 数据库 there.

    What has no Traditional character stays: some words mean something else in Taiwan.
    """
    plain = simplified(text)
    return plain if plain == text else _converted(text, "tw2sp")


def _converted(text: str, configuration: str) -> str:
    readable = text.encode("utf-8", "replace").decode()  # OpenCC takes no half of a pair
    return str(_converter(configuration).convert(readable))


@cache
def _converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)
