"""People are told by every channel that works, through the whole stack."""

import pytest
from redis import Redis

from shiploop.stores import keys
from tests.mail_server import MailServer
from tests.rolling import clear_faults, issues, said, set_faults, site_is_well
from tests.strangers import without_issues
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("guarded-world"), pytest.mark.timeout(180)]

NO_ISSUE = "No issue about it could be opened on GitHub."


def mails(mail: MailServer) -> list[str]:
    """Everything that was written to people, in order."""
    return [message.get_content() for message in mail.messages]


def heard(told: list[str], words: str) -> bool:
    return any(words in text for text in told)


def test_a_rollback_is_told_in_slack_and_by_mail_where_github_takes_no_issue(
    rolling: World, redis: Redis, guarded_mail: MailServer
) -> None:
    before = rolling.document()
    with without_issues(rolling), rolling.fault("bad_deploy"):
        task = rolling.settle("How do I take a backup of Redis?")
        sha = task["merge_sha"]
        wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "healthy", 60)
        wait_until(lambda: heard(said(rolling), NO_ISSUE))
        wait_until(lambda: heard(mails(guarded_mail), NO_ISSUE))
    assert heard(said(rolling), sha[:12])
    assert heard(mails(guarded_mail), sha[:12])
    assert issues(rolling, sha) == []
    assert rolling.document() == before
    assert site_is_well(rolling)
    assert not redis.exists(keys.FREEZE)


def test_with_slack_away_there_are_the_mail_and_the_issue(
    rolling: World, redis: Redis, guarded_mail: MailServer
) -> None:
    set_faults(rolling, bad_deploy=1, slack_down=1000)
    try:
        task = rolling.settle("How do I read the logs of a runner?")
        sha = task["merge_sha"]
        wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "healthy", 60)
        wait_until(lambda: len(issues(rolling, sha)) == 1)
        wait_until(lambda: heard(mails(guarded_mail), sha[:12]))
        assert not heard(said(rolling), sha[:12])
    finally:
        clear_faults(rolling)
    wait_until(lambda: heard(said(rolling), sha[:12]), 60)
    assert not redis.exists(keys.FREEZE)


def test_with_the_mail_server_away_slack_and_the_issue_are_there(
    rolling: World, guarded_mail: MailServer
) -> None:
    guarded_mail.data_replies.extend(["451 later"] * 3)
    with rolling.fault("bad_deploy"):
        task = rolling.settle("How do I stop a runner?")
        sha = task["merge_sha"]
        wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "healthy", 60)
        wait_until(lambda: len(issues(rolling, sha)) == 1)
        wait_until(lambda: heard(said(rolling), sha[:12]))
    wait_until(lambda: heard(mails(guarded_mail), sha[:12]), 60)
