"""Which files of a repository are its FAQ: one, and what says the same in other languages."""

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Final

from shiploop.domain.limits import MAX_FAQS

# Where it is looked for first, and what a proposal that names no other path means.
FAQ_PATH: Final = "docs/FAQ.md"
# What is looked for where the repository itself is not read.
COMMON_FAQS: Final = (FAQ_PATH, "docs/faq.md", "FAQ.md", "faq.md", "docs/faq/index.md")

_FILE: Final = re.compile(
    r"(?:faqs?|frequently[-_ ]asked[-_ ]questions)"
    r"(?:(?:/(?:_?index|readme))?(?:[._-](?P<language>[a-z]{2}(?:[-_][a-z]{2,4})?))?\.(?:mdx?|markdown))",
    re.IGNORECASE,
)
_AT_END: Final = re.compile(rf"(?:^|/){_FILE.pattern}\Z", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_FOLDERS: Final = ("docs", "", "doc", "documentation")


def find_faqs(paths: Iterable[str]) -> tuple[str, ...]:
    """The files that are the FAQ, that of no language first; none where no name says so."""
    found = sorted(filter(is_faq, paths), key=_rank)
    if not found:
        return ()
    first = found[0]
    others = [path for path in found[1:] if _of_any_language(path) == _of_any_language(first)]
    return (first, *others)[:MAX_FAQS]


def is_faq(path: str) -> bool:
    """Tell whether a file is called as FAQs are."""
    return _AT_END.search(path) is not None


def _rank(path: str) -> tuple[bool, bool, int, int, str]:
    folder = posixpath.dirname(path)
    if posixpath.basename(folder).casefold() in ("faq", "faqs"):
        folder = posixpath.dirname(folder)
    known = _FOLDERS.index(folder) if folder in _FOLDERS else len(_FOLDERS)
    return path != FAQ_PATH, is_of_a_language(path), known, path.count("/"), path


def is_of_a_language(path: str) -> bool:
    """Tell whether a path names a language, so that another file is the FAQ itself."""
    return _of_any_language(path) != path.casefold()


def _of_any_language(path: str) -> str:
    """A path without what names a language in it."""
    *folders, name = path.split("/")
    named = _FILE.fullmatch(name)
    if named and (language := named["language"]):
        name = name.replace(f".{language}.", ".").replace(f"_{language}.", ".")
        name = name.replace(f"-{language}.", ".")
    kept = [folder for folder in folders if not _LANGUAGE.fullmatch(folder)]
    return "/".join([*kept, name]).casefold()


def faq_in(language: object, languages: Sequence[tuple[str, object]]) -> str:
    """The path of the FAQ in a language, of those with theirs; the first where none is in it."""
    found = (path for path, its in languages if its == language)
    return next(found, languages[0][0] if languages else FAQ_PATH)
