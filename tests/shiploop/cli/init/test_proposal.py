"""What is proposed for a repository that was read."""

from shiploop.cli.init.proposal import (
    Ours,
    app_url,
    proposed_clicks,
    proposed_files,
    proposed_settings,
)
from tests.shiploop.cli.init.repositories import a_repository

OURS = Ours({"agent-mvp-ci-fast.yml": "branches: [main]\nrun: docs/FAQ.md\n"}, "[global]\n")
SETTING = "SHIPLOOP_PULL_REQUEST_TEMPLATE"
FAST = ".github/workflows/agent-mvp-ci-fast.yml"


def test_the_settings_name_branch_faq_folders_and_site() -> None:
    assert proposed_settings(a_repository()) == {
        "GITHUB_REPO": "acme/docs",
        "SHIPLOOP_BASE_BRANCH": "trunk",
        "SHIPLOOP_FAQ_PATHS": '["website/docs/faq.md"]',
        "SHIPLOOP_DOCS_INCLUDE": '["/website/docs/"]',
        "SITE_URL": "https://docs.acme.example",
    }


def test_the_checks_that_a_branch_requires_are_required_beside_ours() -> None:
    settings = proposed_settings(a_repository(required_checks=("test", "faq-gate")))
    assert settings["SHIPLOOP_REQUIRED_CHECKS"] == '["test", "faq-gate"]'


def test_workflows_are_edited_and_what_lacks_is_proposed() -> None:
    assert proposed_files(a_repository(), OURS) == {
        FAST: 'branches: ["trunk"]\nrun: website/docs/faq.md\n',
        ".rumdl.toml": "[global]\n",
    }
    there = a_repository("docs/a.md", ".markdownlint.json", branch="main")
    assert proposed_files(there, OURS) == {
        FAST: OURS.workflows["agent-mvp-ci-fast.yml"],
        "docs/FAQ.md": "# FAQ\n",
    }


def test_without_documents_the_faq_is_where_it_is_by_default() -> None:
    found = a_repository("README.md", site_url=None)
    settings = proposed_settings(found)
    assert settings["SHIPLOOP_FAQ_PATHS"] == '["docs/FAQ.md"]'
    assert not settings.keys() & {"SHIPLOOP_DOCS_INCLUDE", "SITE_URL"}
    assert "docs/FAQ.md" in proposed_files(found, OURS)


def test_only_what_is_not_so_yet_is_to_be_clicked() -> None:
    done = a_repository(required_checks=("faq-gate",))
    assert [each.where for each in proposed_clicks(done)] == [
        "https://github.com/acme/docs/settings/hooks/new"
    ]
    nothing_done = a_repository(site_url=None)
    assert len(proposed_clicks(nothing_done)) == 3


def test_reviews_that_people_need_are_no_hindrance_to_ours() -> None:
    reviewed = proposed_clicks(a_repository(asks_for_review=True))
    assert "bypass list" in reviewed[1].what
    assert "no review" in proposed_clicks(a_repository())[0].what
    assert not any("no review" in each.what for each in reviewed)


def test_titles_and_sign_offs_are_as_those_of_the_last_commits() -> None:
    found = a_repository(commit_title="docs: {title}", signs_off=True)
    assert proposed_settings(found)["SHIPLOOP_COMMIT_TITLE"] == "docs: {title}"
    assert "SHIPLOOP_COMMIT_TITLE" not in proposed_settings(a_repository())
    assert "Set SHIPLOOP_SIGN_OFF in .env" in proposed_clicks(found)[-1].what


def test_an_app_asks_for_what_it_needs_and_no_more() -> None:
    url = app_url(a_repository())
    assert url.startswith("https://github.com/settings/apps/new?name=shiploop%20docs&")
    assert "contents=write" in url
    assert "administration" not in url
    assert "workflows" not in url


def test_a_template_of_pull_requests_is_proposed() -> None:
    path = ".github/pull_request_template.md"
    assert proposed_settings(a_repository("docs/faq.md", path))[SETTING] == path
    assert SETTING not in proposed_settings(a_repository())
