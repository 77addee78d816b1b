"""The manifest of the App, and the page that sends it."""

import json
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from shiploop.cli.init.manifest import APP_RIGHTS, app_manifest, hook_url
from shiploop.cli.init.manifest_page import ManifestPage, serve_page
from shiploop.clients.github.app_manifest import registration_url, web_url
from tests.loopback import NO_TLS

PAGE = "https://github.com/acme/docs"


def test_the_manifest_asks_for_what_is_needed_and_no_more() -> None:
    manifest = app_manifest("acme/docs", PAGE, "http://127.0.0.1:1/created", None)
    assert manifest == {
        "name": "shiploop docs",
        "url": PAGE,
        "redirect_url": "http://127.0.0.1:1/created",
        "public": False,
        "default_permissions": dict(APP_RIGHTS),
    }
    assert not {"administration", "workflows"} & manifest["default_permissions"].keys()


def test_an_api_that_github_reaches_is_told_of_what_its_rights_let_it_see() -> None:
    hook = hook_url("https://shiploop.example/")
    manifest = app_manifest("acme/docs", PAGE, "http://127.0.0.1:1/created", hook)
    assert manifest["hook_attributes"] == {"url": "https://shiploop.example/webhooks/github"}
    assert "check_run" in manifest["default_events"]
    assert "branch_protection_rule" not in manifest["default_events"]
    assert hook_url(None) is hook_url("http://127.0.0.1:8000") is None


def test_the_form_goes_to_githubs_page_of_whoever_shall_own_the_app() -> None:
    api = "https://api.github.com"
    assert registration_url(api, None, "s") == "https://github.com/settings/apps/new?state=s"
    organization = "https://github.com/organizations/acme/settings/apps/new?state=s"
    assert registration_url(api, "acme", "s") == organization
    assert web_url("https://ghe.example/api/v3") == "https://ghe.example"


@pytest.fixture
def page() -> Iterator[ManifestPage]:
    prepared = "https://github.com/settings/apps/new?state=s", json.dumps({"name": '"><b>'})
    with serve_page(lambda _: prepared) as served:
        yield served


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(verify=NO_TLS) as client:
        yield client


def test_the_page_holds_the_form_and_nothing_that_leaves_it(
    page: ManifestPage, browser: httpx.Client
) -> None:
    answer = browser.get(page.url)
    assert 'action="https://github.com/settings/apps/new?state=s"' in answer.text
    assert "<b>" not in answer.text
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; form-action 'self' https://github.com"
    )
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get(page.url).status_code == HTTPStatus.OK  # as often as the person likes


def test_another_browser_sees_nothing_and_hands_in_nothing(
    page: ManifestPage, browser: httpx.Client
) -> None:
    browser.get(page.url)
    answered = {"code": "c0de", "state": page.state}
    with httpx.Client(verify=NO_TLS) as stranger:
        assert stranger.get(page.url).status_code == HTTPStatus.FORBIDDEN
        told = stranger.get(page.redirect_url, params=answered)
        assert told.status_code == HTTPStatus.NOT_FOUND
    assert page.await_code(0) is None
    named = {"host": "evil.example"}
    assert browser.get(page.url, headers=named).status_code == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"code": "c"},
        {"code": "c", "state": "x"},
        {"code": "c/../x", "state": ""},
        {"state": ""},
    ],
)
def test_an_answer_without_our_state_or_a_code_is_none(
    page: ManifestPage, browser: httpx.Client, told: dict[str, str]
) -> None:
    browser.get(page.url)
    wrong = {name: value or page.state for name, value in told.items()}
    assert browser.get(page.redirect_url, params=wrong).status_code == HTTPStatus.BAD_REQUEST
    assert page.await_code(0) is None
    right = {"code": "c0de", "state": page.state}
    assert browser.get(page.redirect_url, params=right).status_code == HTTPStatus.OK
    assert page.await_code(5) == "c0de"
