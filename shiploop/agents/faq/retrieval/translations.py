"""Folders of translations: which of several texts that are the same stands where it belongs.

What nobody has translated yet stands in each language's folder in the language it was written in.
"""

import re
from typing import Final

from shiploop.agents.faq.retrieval.language import Language, language_of

# What is no language but called like one, such as `js`, is none that anything is written in.
_FOLDER: Final = re.compile(r"(?:^|/)(?P<code>[a-z]{2})(?:[-_][A-Za-z]{2,4})?(?=/)")
_LANGUAGES: Final = {
    **{each.value: each for each in Language},
    **{"zh": Language.HAN, "cn": Language.HAN, "tw": Language.HAN},
    **{"jp": Language.JAPANESE, "kr": Language.KOREAN},
}


def is_untranslated(path: str, text: str) -> bool:
    """Tell whether a text stands in a folder of another language than its own."""
    folder = _FOLDER.search(path)
    if folder is None:
        return False
    written = language_of(text)
    return written is not _LANGUAGES.get(folder["code"], Language.ALPHABETIC)
