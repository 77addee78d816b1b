"""Which of a repository's Markdown files are documentation: by patterns as in `.gitignore`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from pathspec import GitIgnoreSpec

from shiploop.domain.limits import MAX_PAGES, LeftOut

# What tells of the project, of its past, or to those who work on it; and what is not its own.
# A file that may as well be about the product is named at the top of the repository only.
NO_DOCUMENTATION: Final = (
    *("changelog*", "change-log*", "change_log*", "/changes*", "/history*", "changelogs/"),
    *(
        "release-notes*",
        "release_notes*",
        "releasenotes*",
        "/releases*",
        "docs/releases/",
    ),
    *("/news*", "newsfragments/", "whats-new*", "whatsnew*", "blog/", "blogs/", "_posts/"),
    "docusaurus-plugin-content-blog/",  # where Docusaurus keeps what a blog is in other languages
    *("contributing*", "/contribut*", "contributors*", "code_of_conduct*", "code-of-conduct*"),
    *("/security*", "/docs/security-policy*", "license.*", "licence.*", "/licen[sc]e*"),
    *("/cla.*", "contributor-license*", "contributor_license*"),
    *("licenses/", "licences/", "/copying*", "/notice*", "/authors*", "/maintainers*"),
    *("/governance*", "/funding*", "/sponsors*", "/backers*", "/acknowledg*"),
    *(".github/", ".gitlab/", ".gitea/", "issue_template*", "pull_request_template*"),
    *("agents.md", "claude.md", "gemini.md", "copilot-instructions.md", "skill.md"),
    *("llms*", "llm-prompt*", "_llm-*", "*[-_]prompt.md", "prompts/", "*[-_]policy.md"),
    *("/skills/", ".agents/", ".claude/", ".codex/", ".cursor/", ".windsurf/"),
    *("/examples/", "/example/", "/samples/", "/benchmarks/", "/template-*/"),
    "packages/*/template-*/",
    *("test/", "tests/", "__tests__/", "testdata/", "fixture/", "fixtures/", "__fixtures__/"),
    *("node_modules/", "vendor/", "vendored/", "third_party/", "third-party/", "3rdparty/"),
    *("archive/", "archived/", "archives/", "old/", "*[-_]archive/", "*[-_]archived/", "attic/"),
)


class Documentation:
    """What is read of a repository. Letter case does not matter, whatever its file system."""

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] | None = None) -> None:
        """`include` empty: everything. Of that `exclude`, or NO_DOCUMENTATION, is left out."""
        self._include = _patterns(include)
        self._exclude = _patterns(NO_DOCUMENTATION if exclude is None else exclude)
        # A push changes few paths, and each is held against many patterns.
        self._reason_against = lru_cache(MAX_PAGES)(self._find_reason)

    def of(self, paths: Iterable[str]) -> tuple[frozenset[str], tuple[LeftOut, ...]]:
        """The documentation among some paths; and, a line for each reason, what is none."""
        documentation = set()
        others: defaultdict[str, list[str]] = defaultdict(list)
        for path in paths:
            if reason := self._reason_against(path):
                others[reason].append(path)
            else:
                documentation.add(path)
        return frozenset(documentation), tuple(_lines(others.items()))

    def _find_reason(self, path: str) -> str | None:
        folded = path.casefold()
        if self._include.patterns and not self._include.match_file(folded):
            return "SHIPLOOP_DOCS_INCLUDE does not name it"
        found = self._exclude.check_file(folded)
        if found.include and found.index is not None:
            return f"{_written(self._exclude, found.index)!r} of SHIPLOOP_DOCS_EXCLUDE names it"
        return None


def _patterns(lines: Sequence[str]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines([line.casefold() for line in lines])


def _written(spec: GitIgnoreSpec, index: int) -> str:
    return str(getattr(list(spec.patterns)[index], "pattern", ""))


def _lines(others: Iterable[tuple[str, Sequence[str]]]) -> Iterator[LeftOut]:
    for reason, paths in others:
        more = f", and {len(paths) - 1} more" if len(paths) > 1 else ""
        yield LeftOut(paths[0], f"it is no documentation: {reason}{more}")
