import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from shiploop.domain.production import incident
from shiploop.domain.production import rollback_messages as messages
from shiploop.domain.production.rollback import Reverted, RollbackCase, RollbackStatus, TrbSplit
from shiploop.domain.production.rollback_ending import Ending
from shiploop.domain.production.rollback_policy import Suspect
from tests.builders import NOON, TASK_ID
from tests.hostile import HOSTILE, assert_without_effect, poisoned

OLDER = Suspect("a" * 40, "Update FAQ - Is it? (#11)", TASK_ID, committed_at=NOON)
NEWER = Suspect("b" * 40, "Update FAQ - Who is it? (#12)", TASK_ID, committed_at=NOON)
CASE = RollbackCase(
    lead_sha="b" * 40,
    suspects=(OLDER, NEWER),
    reason="home, faq failing",
    evidence=("home failed 6 of 6 times: answers 500",),
    live_sha="b" * 40,
    bad_live_at=NOON,
    detected_at=NOON + timedelta(seconds=25),
    decided_at=NOON + timedelta(seconds=26),
    needs_approval=False,
)
REVERTED = Reverted("http://127.0.0.1/acme/docs/pull/13", 13, "c" * 40, "d" * 40, NOON)
TRB = TrbSplit(25_000, 31_000, 3000, 30_500, 20_500)
TIMELINE = ((NOON, "b is live"), (NOON + timedelta(seconds=25), "home | faq fail"))
LINKS = {"Draft that re-applies it": "http://127.0.0.1/acme/docs/pull/14"}
ISSUE_URL = "http://127.0.0.1/acme/docs/issues/15"
WHY = "checks of the rollback failed: faq-gate"
NEEDS_A_PERSON = [RollbackStatus.UNHEALTHY, RollbackStatus.STUCK, RollbackStatus.DECLINED]


def issue(
    case: RollbackCase = CASE, status: RollbackStatus = RollbackStatus.HEALTHY, why: str = WHY
) -> str:
    reverted = REVERTED if status in (RollbackStatus.HEALTHY, RollbackStatus.UNHEALTHY) else None
    trb = TRB if status is RollbackStatus.HEALTHY else None
    return messages.issue_body(case, Ending(status, why, reverted, trb), TIMELINE, LINKS)


# --- what strangers wrote --------------------------------------------------------------------

TEXTS: dict[str, Callable[[RollbackCase, str], str]] = {
    "rollback title": lambda case, _: messages.rollback_title(case),
    "rollback body": lambda case, _: messages.rollback_body(case),
    "commit headline": lambda case, _: messages.rollback_commit(case)[0],
    "commit body": lambda case, _: messages.rollback_commit(case)[1],
    "re-apply title": lambda case, _: messages.reapply_title(case),
    "re-apply title of one": lambda case, _: messages.reapply_title(
        replace(case, suspects=case.suspects[:1])
    ),
    "re-apply body": lambda case, _: messages.reapply_body(case, ISSUE_URL),
    "issue title": lambda case, _: messages.issue_title(case),
    "issue": lambda case, _: issue(case),
    "issue of a stuck one": lambda case, text: issue(case, RollbackStatus.STUCK, text),
    "timeline": lambda case, text: messages.issue_body(
        case, Ending(RollbackStatus.STUCK, WHY), ((NOON, text),), {text: ISSUE_URL}
    ),
    "incident title": lambda _, text: incident.incident_title(text),
    "incident": lambda case, text: incident.incident_body(
        "health", text, (text,), case.suspects, {text: ISSUE_URL}
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", TEXTS)
def test_nothing_that_strangers_wrote_has_an_effect(name: str, hostile: str) -> None:
    text = TEXTS[name](poisoned(CASE, hostile), hostile)
    assert_without_effect(text, TEXTS[name](poisoned(CASE, "x"), "x"))


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", TEXTS)
def test_nothing_that_strangers_wrote_changes_how_a_page_is_built(name: str, hostile: str) -> None:
    text = TEXTS[name](poisoned(CASE, hostile), hostile)
    assert structure(text) == structure(TEXTS[name](poisoned(CASE, "x"), "x"))


def structure(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child.type for token in tokens for child in token.children or ()]
    return [token.type for token in tokens] + [kind for kind in inline if "text" not in kind]


@pytest.mark.parametrize(
    "title", [messages.rollback_title, messages.issue_title, messages.reapply_title]
)
def test_the_longest_reason_fits_githubs_limit(title: Callable[[RollbackCase], str]) -> None:
    assert len(title(poisoned(CASE, "x" * 500)) + " (#123456)") <= 256
    assert len(incident.incident_title("x" * 500)) <= 256


# --- the rollback ----------------------------------------------------------------------------


def test_one_rollback_has_one_branch_and_one_for_what_it_took_back() -> None:
    assert messages.rollback_branch("b" * 40) == f"hotfix/rollback-{'b' * 40}"
    assert messages.reapply_branch("b" * 40) == f"reapply/{'b' * 40}"


def test_the_title_is_the_rfcs() -> None:
    assert messages.rollback_title(CASE) == "🚨 Auto-rollback: home, faq failing"


def test_the_commit_ends_with_a_trailer_for_each_commit_that_it_takes_back() -> None:
    headline, body = messages.rollback_commit(CASE)
    assert headline == messages.rollback_title(CASE)
    assert body.split("\n\n")[-1] == f"Rolls-Back: {'b' * 40}\nRolls-Back: {'a' * 40}"


def test_the_body_says_what_is_taken_back_and_why() -> None:
    body = messages.rollback_body(CASE)
    for expected in ("home, faq failing", "a" * 40, "b" * 40, "Who is it?", TASK_ID, "answers 500"):
        assert expected in body
    assert body.index("Who is it?") < body.index("- " + "a" * 40)


def test_the_re_apply_draft_names_its_change_and_the_incident() -> None:
    assert messages.reapply_title(CASE) == "Re-apply 2 changes that were rolled back"
    alone = replace(CASE, suspects=(NEWER,))
    assert messages.reapply_title(alone) == "Re-apply: Update FAQ - Who is it? (＃12)"
    body = messages.reapply_body(CASE, ISSUE_URL)
    assert f"<{ISSUE_URL}>" in body
    assert body.count("- [ ] ") == 3


# --- the issue -------------------------------------------------------------------------------


def test_the_issue_has_the_rfcs_labels() -> None:
    assert messages.ISSUE_LABELS == ("P0", "incident", "auto-rollback")


def test_the_issue_of_a_verified_rollback_says_all_of_it() -> None:
    body = issue()
    for expected in (
        "production was verified healthy",
        "**Reason**: home, faq failing",
        f"**Rolled back by**: <{REVERTED.pull_url}>",
        "Reverted commits, newest first",
        "- home failed 6 of 6 times: answers 500",
        "| 2026-11-22T12:00:25.000Z | home ｜ faq fail |",
        "| detect | 25.0 s | 180 s |",
        "| decide | 31.0 s | 30 s |",
        "| execute | 33.5 s | 300 s |",
        "| total | 110.0 s | 480 s |",
        "Missed: decide.",
        "- Draft that re-applies it: <http://127.0.0.1/acme/docs/pull/14>",
        "- [ ] Investigate the root cause",
        "- [ ] Verify production",
        f"`reapply/{'b' * 40}`",
    ):
        assert expected in body
    assert "git revert" not in body


@pytest.mark.parametrize("status", RollbackStatus)
def test_an_issue_says_how_it_stands_and_is_found_again(status: RollbackStatus) -> None:
    body = issue(status=status)
    assert incident.incident_key_in(body) == CASE.lead_sha
    assert incident.incident_key_in(body.replace("\n", "\r\n")) == CASE.lead_sha
    assert ("git revert" in body) is (status in NEEDS_A_PERSON)
    assert ("stay frozen" in body) is (status in NEEDS_A_PERSON)
    assert (f"reapply/{CASE.lead_sha}" in body) is (status is RollbackStatus.HEALTHY)
    told = status in (RollbackStatus.UNHEALTHY, RollbackStatus.STUCK)
    assert (WHY in body) is told


def test_what_was_not_taken_back_is_not_said_to_be() -> None:
    stuck = issue(status=RollbackStatus.STUCK)
    assert "Suspected commits" in stuck
    assert "Reverted" not in stuck
    assert "reapply/" not in stuck
    assert "taken back already" not in stuck


def test_what_is_taken_back_is_not_to_be_taken_back_again() -> None:
    unhealthy = issue(status=RollbackStatus.UNHEALTHY)
    assert "taken back already" in unhealthy
    assert "git revert --no-edit SHA\n" in unhealthy


@pytest.mark.parametrize("status", RollbackStatus)
def test_what_a_person_asked_for_is_not_said_to_be_broken(status: RollbackStatus) -> None:
    asked = replace(CASE, asked_by_person=True, reason="it names a customer", evidence=())
    texts = (
        messages.rollback_title(asked),
        messages.rollback_body(asked),
        messages.reapply_body(asked, ISSUE_URL),
        messages.issue_title(asked),
        issue(asked, status),
    )
    for untrue in ("Auto-rollback", "automated", "broke", "failed health check", "| detect |"):
        assert untrue not in "\n".join(texts).replace(WHY, "")


@pytest.mark.parametrize(
    "body", ["", "shiploop:incident x", "> <!-- shiploop:incident x -->", "<!-- other -->"]
)
def test_an_issue_without_our_line_has_no_key(body: str) -> None:
    assert incident.incident_key_in(body) is None


def test_the_commands_revert_these_commits_newest_first_on_the_fast_lane() -> None:
    commands = messages.manual_commands(CASE)
    assert f"git revert --no-edit {'b' * 40} {'a' * 40}" in commands
    branch = f"hotfix/rollback-manual-{'b' * 40}"
    assert f"git checkout -b {branch}" in commands
    assert f"gh pr merge {branch} --squash --delete-branch" in commands
    assert commands[-1] == "shiploop unfreeze"
    assert "git pull origin trunk" in messages.manual_commands(CASE, base="trunk")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_each_command_is_one_line_that_the_shell_reads_as_it_looks(hostile: str) -> None:
    for command, harmless in zip(
        messages.manual_commands(poisoned(CASE, hostile)),
        messages.manual_commands(poisoned(CASE, "x")),
        strict=True,
    ):
        assert "\n" not in command
        assert len(shlex.split(command)) == len(shlex.split(harmless))


# --- incidents without a rollback ------------------------------------------------------------


def test_an_incident_says_what_is_known_and_that_nothing_was_done() -> None:
    theirs = replace(NEWER, task_id=None)
    body = incident.incident_body("health", "no runner", ("none alive",), (OLDER, theirs), LINKS)
    assert incident.incident_key_in(body) == "health"
    for expected in ("no runner", "- none alive", "not merged by shiploop", "Nothing was rolled"):
        assert expected in body
    assert body.index("b" * 40) < body.index("a" * 40)


def test_an_incident_without_evidence_has_no_empty_part() -> None:
    body = incident.incident_body("health", "no runner", (), (), {})
    assert "Evidence" not in body
    assert "newest first" not in body
    assert "Links" not in body
