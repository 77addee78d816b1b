"""ghapi, which builds its calls from GitHub's description."""

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.clients.conftest import PAGE, World

if TYPE_CHECKING:
    from ghapi.all import GhApi

pytestmark = pytest.mark.xdist_group("clients")


@pytest.fixture
def api(world: World) -> "GhApi":
    from ghapi.all import GhApi  # here: only one worker of the suite shall load it

    return GhApi(world.owner, world.name, token="bot-token", gh_host=world.url, sync=True)


def test_it_pages_through_every_issue(api: "GhApi", world: World) -> None:
    from ghapi.page import sync_paged

    pages = sync_paged(api.issues.list_for_repo, creator="shiploop-bot", per_page=PAGE)
    issues = [issue for page in pages for issue in page]
    assert [issue["title"] for issue in issues if "pull_request" not in issue] == world.issues


def test_it_reads_a_pull_request_and_its_checks(api: "GhApi", world: World) -> None:
    pull = api.pulls.get(world.number)
    assert pull.head.sha == world.head_sha
    runs = api.checks.list_for_ref(pull.head.sha).check_runs
    assert {run.name for run in runs} == {"lint", "faq-gate"}
    assert api.repos.get_combined_status_for_ref(pull.head.sha).state == "success"


def test_it_merges_and_compares(api: "GhApi", world: World) -> None:
    assert api.pulls.merge(world.number, merge_method="squash", sha=world.head_sha).merged
    compared = api.repos.compare_commits(f"{world.head_sha}...main")
    assert (compared.status, compared.ahead_by) == ("diverged", 1)


def test_it_opens_an_issue(api: "GhApi") -> None:
    number = api.issues.create(title="Down", body="Since noon").number
    assert api.issues.get(number).title == "Down"


def test_it_is_refused_in_the_way_that_it_knows(api: "GhApi", world: World) -> None:
    from fasttransport.errors import APIError
    from ghapi.all import GhApi

    with pytest.raises(APIError, match="not modelled by the sandbox"):
        api.repos.get_all_topics()
    wrong = GhApi(world.owner, world.name, token="wrong", gh_host=world.url, sync=True)
    with pytest.raises(APIError, match="Bad credentials"):
        wrong.users.get_authenticated()
