"""What the names of a repository's files tell of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.cli.init.found import read_files

names = st.sampled_from(["docs", "FAQ.md", "faq.md", "src", "website", "tests", "a b", "$(x)", "x"])
paths = st.lists(st.lists(names, min_size=1, max_size=4).map("/".join), max_size=12)


@pytest.mark.parametrize(
    ("there", "faq"),
    [
        (["docs/FAQ.md", "FAQ.md"], "docs/FAQ.md"),
        (["website/docs/faq.md", "website/docs/intro.md"], "website/docs/faq.md"),
        (["faq.md", "guide/deep/FAQ.mdx"], "faq.md"),
        (["tests/fixtures/FAQ.md", "node_modules/x/FAQ.md"], None),
        (["docs/faq/index.md"], "docs/faq/index.md"),
        (["docs/FAQs.md"], "docs/FAQs.md"),
        (["README.md", "docs/frequently-asked-questions.md"], "docs/frequently-asked-questions.md"),
        (["docs/my faq/FAQ.md"], None),
    ],
)
def test_the_faq_is_the_one_nearest_to_the_top_that_is_the_repositorys_own(
    there: list[str], faq: str | None
) -> None:
    assert read_files(there).faq_path == faq


def test_other_faqs_are_told() -> None:
    assert read_files(["FAQ.md", "docs/FAQ.md", "web/faq.md"]).others == ("FAQ.md", "web/faq.md")


def test_the_faq_in_other_languages_is_no_other_faq() -> None:
    found = read_files(["docs/faq.md", "docs/faq.de.md", "docs/zh/faq.md", "src/FAQ.md"])
    assert found.translations == ("docs/faq.de.md", "docs/zh/faq.md")
    assert found.others == ("src/FAQ.md",)


def test_folders_of_documents_are_the_outermost_of_their_names() -> None:
    there = ["docs/a.md", "docs/docs/b.md", "website/docs/c.md", "src/d.md", "docs/logo.png"]
    assert read_files(there).document_folders == ("docs", "website/docs")


@pytest.mark.parametrize(
    "rules", [".rumdl.toml", ".markdownlint.json", ".markdownlint-cli2.yaml", ".config/rumdl.toml"]
)
def test_the_rules_of_a_linter_are_known_by_their_name(rules: str) -> None:
    assert read_files(["docs/a.md", rules]).lint_rules == rules
    assert read_files(["docs/a.md", f"examples/{rules}"]).lint_rules is None


@given(there=paths)
def test_nothing_is_proposed_that_a_shell_would_read_otherwise(there: list[str]) -> None:
    found = read_files(there)
    for path in (*found.document_folders, *([found.faq_path] if found.faq_path else [])):
        assert path.replace("/", "").replace(".", "").isalnum()
        assert any(each == path or each.startswith(f"{path}/") for each in there)


@pytest.mark.parametrize(
    ("paths", "template"),
    [
        (["docs/a.md"], None),
        (["PULL_REQUEST_TEMPLATE.md", ".github/pull_request_template.md"], ".github/p"),
        (["docs/Pull_Request_Template.txt"], "docs/P"),
        ([".github/PULL_REQUEST_TEMPLATE/one.md", "x/pull_request_template.md"], None),
    ],
)
def test_the_template_of_pull_requests_is_the_one_that_github_takes(
    paths: list[str], template: str | None
) -> None:
    found = read_files(paths).template
    assert (found or "").startswith(template or "")
    assert (found is None) == (template is None)
