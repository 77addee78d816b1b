"""Which pages are current, where a repository holds several versions of its documents.

A version is a folder: `docs/v1/`, `versioned_docs/version-1.2/`, `v1.2-docs/`, `en/2.x/`,
`latest/`. Of folders that differ in nothing else the newest counts that is not marked as
unreleased. A page beside them (`docs/cache.md` beside `docs/v1/cache.md`) is newer than they are,
and so is one of the `docs/` that stands beside them and has their pages.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shiploop.agents.faq.document.markers import front_matter_end
from shiploop.agents.faq.retrieval.translations import is_untranslated
from shiploop.domain.limits import MAX_PAGES

_NUMBERED: Final = re.compile(
    r"(?:docs?[-_.])?(?P<prefix>version|release|ver|v)?[-_.]?"
    r"(?P<numbers>\d{1,4}(?:[._]\d{1,4}){0,3})"
    r"(?P<open>[._]x)?(?P<early>[-_.]?(?:alpha|beta|rc|preview|pre|dev|snapshot|next)[-_.]?\d*)?"
    r"(?:[-_.]docs?)?"
)
_DOCUMENTS: Final = re.compile(r"(?:^|(?<=/))(?:docs?|documentation)/")
_FEWEST_SHARED: Final = 3  # pages, by which a folder of documents is known for one of the versions
_OPEN: Final = 10_000  # 2.x is newer than each 2 that has a number
_NUMBERS: Final = 1
_BY_NAME: Final = {"": 4, "stable": 3, "latest": 2, "current": 2}
_UNRELEASED: Final = frozenset(
    (
        "next",
        "dev",
        "devel",
        "develop",
        "main",
        "master",
        "nightly",
        "edge",
        "canary",
        "unreleased",
        "upcoming",
        "unstable",
    )
)
# What is worked on stands beside the versions, or is called current. Sources:
# https://docusaurus.io/docs/versioning and https://docusaurus.io/docs/i18n/introduction
_VERSIONED: Final = "versioned_docs"
_TRANSLATED: Final = "docusaurus-plugin-content-docs"
_ENGLISH: Final = re.compile(r"(?:^|[/._-])en(?:[/._-]|$)", re.IGNORECASE)
_CONFIGURATIONS: Final = ("js", "ts", "mjs", "cjs")
_LAST_VERSION: Final = re.compile(r"\blastVersion[\"']?:\s*[\"']current[\"']")
_FIRST_LISTED: Final = re.compile(r"\[\s*\"([^\"\n]{1,60})\"")
_SUFFIX: Final = re.compile(r"\.\w+$")
_INDEX: Final = frozenset({"index", "readme", "intro", "introduction", "overview"})
# Folders that share fewer of the smaller one's pages are no versions of the same documents.
_SHARED: Final = 1 / 3

_Tree = dict[str, str]  # a version's pages: what follows the version in a path, and the path
_Rank = tuple[bool, int, tuple[int, ...], bool]


@dataclass(frozen=True, slots=True)
class _Family:
    """The versions of what stands in one folder, the one to answer from first."""

    before: str
    trees: Sequence[tuple[str, _Tree]]
    is_certain: bool

    def replaced(self, is_unreleased: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """The pages that are not current, each with the folder that is."""
        (newest, pages), *others = self.trees
        current = set()
        for name in {name for _, tree in self.trees for name in tree}:
            held = [(version, tree[name]) for version, tree in self.trees if name in tree]
            if len(held) > 1 and (self.is_certain or name not in _INDEX):
                released = [each for each in held if not is_unreleased(each[1])]
                winner = (released or held)[0]
                if name in pages:
                    current.add(winner[1])
                yield from (
                    (path, self._folder(winner[0])) for _, path in held if path != winner[1]
                )
        for _, tree in others:
            if self.is_certain and _are_alike(pages, tree):
                yield from ((p, self._folder(newest)) for p in tree.values() if p not in current)

    def _folder(self, version: str) -> str:
        return f"{self.before}{version}".rstrip("/") or "the top of the repository"


def superseded(
    paths: Collection[str],
    is_unreleased: Callable[[str], bool] = lambda _path: False,
    read: Callable[[str], str | None] = lambda _path: None,
) -> Mapping[str, str]:
    """The pages that are not current, each with the folder whose page is, or pages are.

    `is_unreleased` tells whether a page says so itself; only pages of versions are asked about.
    `read` gives the text of other files: how a site is set up may tell which version is newest.
    """
    found: dict[str, str] = {}
    for family in _families(paths, is_unreleased, read):
        for path, folder in family.replaced(is_unreleased):
            found.setdefault(path, folder)
    return found


def copies(pages: Mapping[str, str]) -> Mapping[str, str]:
    """The pages that say what another one says, each with that one.

    That is the one in its own language's folder; of several the one with the shortest path.
    """
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for path, text in pages.items():
        alike[text[front_matter_end(text) :].strip()].append(path)
    found: dict[str, str] = {}
    for body, unsorted in alike.items():
        if body and len(unsorted) > 1:
            paths = sorted(unsorted, key=_plainness)
            first = next((path for path in paths if not is_untranslated(path, body)), paths[0])
            found.update((path, first) for path in paths if path != first)
    return found


def _families(
    paths: Collection[str],
    is_unreleased: Callable[[str], bool],
    read: Callable[[str], str | None],
) -> Iterator[_Family]:
    families: defaultdict[str, defaultdict[str, _Tree]] = defaultdict(lambda: defaultdict(dict))
    ordered = sorted(paths)
    for path in ordered:
        for before, version, after in _places(path):
            families[before][version][_name(after)] = path
    _add_what_stands_beside(families, ordered, read)
    _add_documents_beside(families, ordered)
    for before, versions in families.items():
        versions_named = [version for version in versions if version]
        if len(versions) > 1 and not all(version.isdecimal() for version in versions_named):
            is_certain = len(versions_named) > 1 or bool(_NUMBERED.fullmatch(versions_named[0]))
            ranked = sorted(
                versions.items(),
                key=lambda each: _rank(each[0], each[1], is_unreleased),
                reverse=True,
            )
            yield _Family(before, ranked, is_certain)


@lru_cache(MAX_PAGES)
def _places(path: str) -> Sequence[tuple[str, str, str]]:
    """Each way to read a path as what is before a version, the version, and what is after it."""
    site, current, after = path.partition("/current/")
    if current and _TRANSLATED in site.rpartition("/")[2]:
        return ((f"{site}/", "next", after),)
    found, start = [], 0
    while (end := path.find("/", start)) >= 0:
        folder = path[start:end].lower()
        if folder in _BY_NAME or folder in _UNRELEASED or _NUMBERED.fullmatch(folder):
            found.append((path[:start], path[start:end], path[end + 1 :]))
        start = end + 1
    return found


def _add_what_stands_beside(
    families: Mapping[str, defaultdict[str, _Tree]],
    paths: Sequence[str],
    read: Callable[[str], str | None],
) -> None:
    beside: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for before, versions in families.items():
        beside[before].append((before, ""))
        root, name = before[: before[:-1].rfind("/") + 1], before[:-1].rpartition("/")[2]
        if name.endswith(_VERSIONED):
            documents = name.removesuffix(_VERSIONED).rstrip("_") or "docs"
            version = "" if _is_current_beside(before, root, versions, read) else "next"
            # Many sites have a folder of their own, and the documents stand beside it.
            for folder in {root, root.rpartition("/")[0].rpartition("/")[0] + "/"}:
                beside[f"{folder}{documents}/".lstrip("/")].append((before, version))
    ends = sorted({len(folder) for folder in beside})
    for path in paths if beside else ():
        for end in ends:
            for before, version in beside.get(path[:end], ()):
                if path[end:].partition("/")[0] not in families[before]:
                    families[before][version][_name(path[end:])] = path


def _add_documents_beside(
    families: Mapping[str, defaultdict[str, _Tree]], paths: Sequence[str]
) -> None:
    """`content/docs/` beside `content/v1.2-docs/` or `content/v1.2/` has what is newest."""
    trees: defaultdict[str, _Tree] = defaultdict(dict)
    for path in paths if families else ():
        for found in _DOCUMENTS.finditer(path):
            trees[path[: found.end()]][_name(path[found.end() :])] = path
    for folder, tree in trees.items():
        versions = families.get(folder[: folder[:-1].rfind("/") + 1])
        if versions and any(_are_alike(tree, other, _FEWEST_SHARED) for other in versions.values()):
            versions[""].update(tree)


def _is_current_beside(
    before: str, root: str, versions: Collection[str], read: Callable[[str], str | None]
) -> bool:
    """Tell whether a Docusaurus site says that what stands beside its versions is the newest."""
    for suffix in _CONFIGURATIONS:
        if _LAST_VERSION.search(read(f"{root}docusaurus.config.{suffix}") or ""):
            return True
    of_what = before.removeprefix(root).removesuffix(f"{_VERSIONED}/")
    newest = _FIRST_LISTED.match((read(f"{root}{of_what}versions.json") or "").lstrip())
    return newest is not None and f"version-{newest[1]}" not in versions


def _rank(version: str, pages: _Tree, is_unreleased: Callable[[str], bool]) -> _Rank:
    folded = version.lower()
    says_so = any(name in _INDEX and is_unreleased(path) for name, path in pages.items())
    if not (found := _NUMBERED.fullmatch(folded)):
        return folded not in _UNRELEASED and not says_so, _BY_NAME.get(folded, 0), (), True
    numbers = [int(number) for number in re.split("[._]", found["numbers"])]
    if found["open"]:
        numbers.append(_OPEN)
    is_final = not found["early"]
    return is_final and not says_so, _NUMBERS, tuple(numbers), is_final


def _plainness(path: str) -> tuple[int, bool, int, str]:
    """The least is the one to link to."""
    return path.count("/"), not _ENGLISH.search(path), len(path), path


def _name(after: str) -> str:
    return _SUFFIX.sub("", after).lower()


def _are_alike(one: Collection[str], other: Collection[str], fewest: int = 0) -> bool:
    """Tell whether two trees share enough pages, and no fewer than so many."""
    shared = sum(name in one for name in other)
    return shared >= max(fewest, _SHARED * min(len(one), len(other)))
