import pytest

from shiploop.agents.faq.retrieval.documentation import Documentation


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "docs/security.md",
        "docs/history.md",
        "docs/licensing.md",
        "docs/testing/index.md",
        "docs/skills/overview.md",
        "docs/blog-posts.md",
        "guide/Releases.mdx",
        "website/docs/contribute-data.md",
        "docs/news/feeds.md",
        "docs/examples/one.md",
        "docs/template-variables/auth.md",
    ],
)
def test_what_may_be_about_the_product_is_documentation(path: str) -> None:
    assert Documentation().of([path]) == (frozenset({path}), ())


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "CLA.md",
        "AI_POLICY.md",
        "templates/migration-prompt.md",
        ".clabot/contributor-license-agreement.md",
        "packages/core/changelog.MD",
        "docs/changelog-2.x.md",
        "docs/release-notes/v1.md",
        "docs/releases/1.0.md",
        "NEWS.md",
        "HISTORY.md",
        "website/blog/2024/one.md",
        "docs/CONTRIBUTING.md",
        "CODE_OF_CONDUCT.md",
        "SECURITY.md",
        "LICENSE.md",
        ".github/ISSUE_TEMPLATE/bug.md",
        ".github/README.md",
        "AGENTS.md",
        "packages/core/CLAUDE.md",
        ".cursor/rules/a.md",
        ".claude/skills/x/SKILL.md",
        "plugins/x/SKILL.md",
        "skills/x/README.md",
        "tests/fixtures/a.md",
        "src/__tests__/a.md",
        "web/node_modules/x/README.md",
        "vendor/x/README.md",
        "examples/service/README.md",
        "packages/create/template-vue/README.md",
        "third_party/x/README.md",
        "docs/archive/2019/a.md",
        "content/docs/old/a.md",
        "i18n/fr/docusaurus-plugin-content-blog/2019-01-01-a.md",
        "docs/Archived/a.md",
        "versioned_docs_archived/version-1/a.md",
        "docs/de/llm-prompt.md",
    ],
)
def test_what_tells_of_something_else_is_none(path: str) -> None:
    documentation, left_out = Documentation().of([path])
    assert documentation == frozenset()
    assert [each.path for each in left_out] == [path]


def test_what_is_left_out_is_told_in_a_line_for_each_pattern() -> None:
    paths = ["docs/a.md", *(f"vendor/{name}.md" for name in "abc"), "AGENTS.md"]
    _, left_out = Documentation().of(paths)
    assert sorted((each.path, each.reason) for each in left_out) == [
        ("AGENTS.md", "it is no documentation: 'agents.md' of SHIPLOOP_DOCS_EXCLUDE names it"),
        (
            "vendor/a.md",
            "it is no documentation: 'vendor/' of SHIPLOOP_DOCS_EXCLUDE names it, and 2 more",
        ),
    ]


def test_patterns_of_ones_own_replace_the_list() -> None:
    documentation = Documentation(["/Docs/"], ["docs/internal/", "!docs/internal/api.md"])
    paths = ["docs/CHANGELOG.md", "docs/internal/b.md", "README.md", "lib/docs/a.md"]
    found, left_out = documentation.of(paths)
    assert found == {"docs/CHANGELOG.md"}
    assert sum("SHIPLOOP_DOCS_INCLUDE" in each.reason for each in left_out) == 1
    assert "and 1 more" in left_out[-1].reason
    assert Documentation(exclude=[]).of(["NEWS.md"]) == (frozenset({"NEWS.md"}), ())
