"""What a repository is found to be, from the names of its files and what GitHub tells of it."""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shiploop.agents.faq.document.faq_files import find_faqs, is_faq
from shiploop.domain.delivery.wording import TITLE

# A path that a shell and a pattern of a workflow take as it is.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._/-]+")
_MARKDOWN: Final = (".md", ".mdx", ".markdown")
_DOCUMENT_FOLDERS: Final = frozenset({"doc", "docs", "documentation", "guide", "guides", "manual"})
_NOT_OURS: Final = frozenset(
    {".github", "examples", "fixtures", "node_modules", "test", "tests", "third_party", "vendor"}
)
_LINT_RULES: Final = re.compile(
    r"\.?rumdl\.toml|\.config/rumdl\.toml|\.markdownlint(-cli2)?\.(jsonc?|ya?ml|cjs|mjs)"
)

_TEMPLATE: Final = re.compile(
    r"(?:\.github/|docs/)?pull_request_template(?:\.(?:md|txt))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Files:
    """What the paths of a repository tell: its document folders, its FAQ and its linter.

    `faq_path` is None where there is no FAQ, `lint_rules` where there is no configuration of a
    Markdown linter, `template` where there is none of pull requests. `translations` say the same
    in other languages, and `others` are pages that may be FAQs as well.
    """

    document_folders: tuple[str, ...]
    faq_path: str | None
    translations: tuple[str, ...]
    others: tuple[str, ...]
    lint_rules: str | None
    folders: frozenset[str]
    has_openapi: bool
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A repository as it was found; `site_url` is None where nobody has told one.

    `generator` is the dialect that the FAQ is written in, by the file `generator_told_by`, which is
    empty where no generator is known. `commit_title` is a template that titles of its last commits
    fit, or that its rules ask for. What the branch asks of a merge, the doctor says.
    """

    full_name: str
    page_url: str
    branch: str
    files: Files
    required_checks: tuple[str, ...]
    site_url: str | None
    site_told_by: str
    environments: tuple[str, ...]
    generator: str = ""
    generator_told_by: str = ""
    commit_title: str = TITLE
    signs_off: bool = False
    asks_for_review: bool = False


def read_files(paths: Iterable[str]) -> Files:
    """What the paths of all files tell."""
    every = sorted(paths)
    pages = [path for path in every if path.lower().endswith(_MARKDOWN) and _is_ours(path)]
    named = [page for page in pages if is_faq(page) and _PLAIN.fullmatch(page)]
    faqs = find_faqs(named)
    return Files(
        document_folders=_document_folders(pages),
        faq_path=faqs[0] if faqs else None,
        translations=faqs[1:],
        others=tuple(page for page in named if page not in faqs),
        lint_rules=next((path for path in every if _LINT_RULES.fullmatch(path)), None),
        folders=frozenset(path.partition("/")[0] for path in every if "/" in path),
        has_openapi=any(posixpath.basename(path) == "openapi.yaml" for path in every),
        template=_template(every),
    )


def _template(paths: Sequence[str]) -> str | None:
    """The template that GitHub fills pull requests from.

    Of a folder of several it takes none by itself. Source:
    https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/creating-a-pull-request-template-for-your-repository
    """
    found = [path for path in paths if _TEMPLATE.fullmatch(path) and _PLAIN.fullmatch(path)]
    return min(found, key=lambda path: (not path.startswith(".github/"), path), default=None)


def _is_ours(path: str) -> bool:
    return not _NOT_OURS.intersection(path.lower().split("/")[:-1])


def _document_folders(pages: Sequence[str]) -> tuple[str, ...]:
    """The outermost folders that are called as those of documents are."""
    found: dict[str, None] = {}
    for page in pages:
        names = page.split("/")[:-1]
        depth = next((n for n, each in enumerate(names, 1) if each.lower() in _DOCUMENT_FOLDERS), 0)
        if depth:
            found["/".join(names[:depth])] = None
    return tuple(folder for folder in found if _PLAIN.fullmatch(folder))
