"""The step of the fast workflow that looks at an answer, by itself: a workflow takes longer."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bench.world import questions
from shiploop.agents.faq.dialects.dialect import Dialect
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.document.document import FAQ_PATH, Entry, entries, insert, remove
from shiploop.agents.faq.document.entry import in_dialect
from shiploop.agents.faq.gate.gate import check_answer
from shiploop.agents.faq.question import Question, check_question
from tests.adversarial.inputs import FAMILIES, A
from tests.adversarial.target import SAMPLE, document, extract, from_model
from tests.builders import TASK_ID

WORKFLOW = Path(__file__).parents[2] / "deployments/github/workflows/agent-mvp-ci-fast.yml"
STEP = "An answer holds nothing but text, and links into the repository"
# What a tool for text lines can see; the rest only the gate itself knows.
SEEN_IN_CI = (
    *("html and script", "script and data links", "links out", "images", "mentions"),
    *("skip ci", "closing keywords", "invisible and turning", "markers and comments"),
)
OF_ENTRIES = "An answer changes nothing but the FAQ; an entry goes only where nothing is added"
GOOD = "`shiploop freeze` holds every merge.\n\n```text\nhttps://x.example @a <b> [skip ci]\n```"

ACTING = (
    r"It costs \$5 or \$6, \~10 \<days\>, {count}, a \| b and \&amp;."
    "\n\n"
    "::: so\n\n- `<!-- x -->`\n- `${{ secrets.X }}`\n\n```js\nlet a = `{{ b }}`\n```\n\nSource: x"
)


def script(name: str = STEP) -> str:
    steps = yaml.safe_load(WORKFLOW.read_bytes())["jobs"]["smoke"]["steps"]
    return str(next(step["run"] for step in steps if step.get("name") == name))


def git(worktree: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "gc.auto=0")
    subprocess.run(["git", "-C", str(worktree), *who, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def worktree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    worktree = tmp_path_factory.mktemp("answers") / "worktree"
    shutil.copytree(SAMPLE, worktree)
    git(worktree, "init", "--quiet", "--initial-branch=main")
    git(worktree, "add", "--all")
    git(worktree, "commit", "--quiet", "-m", "Begin")
    git(worktree, "commit", "--quiet", "--allow-empty", "-m", "Answer")
    return worktree


def check(worktree: Path, changed: str, hosts: str = "", step: str = STEP) -> tuple[bool, str]:
    """Whether the step passes on a commit that changes the FAQ to this, and what it says."""
    (worktree / FAQ_PATH).write_bytes(changed.encode())
    git(worktree, "commit", "--quiet", "--amend", "--all", "--allow-empty", "-m", "Answer")
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "ALLOWED_LINK_HOSTS": hosts}
    finished = subprocess.run(
        ["bash", "-e", "-c", script(step)],
        cwd=worktree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return finished.returncode == 0, finished.stdout


def with_answer(answer: str) -> str:
    """The FAQ with an entry that was put in by hand, past every check of ours."""
    name, before = "freeze-00000000", document()
    opening = f"<!-- shiploop:entry {name} hash={'0' * 64} trace={TASK_ID} -->"
    return f"{before}\n{opening}\n## Freeze?\n\n{answer}\n\n<!-- /shiploop:entry {name} -->\n"


def test_what_the_bench_asks_passes(worktree: Path) -> None:
    after = document()
    for question in questions(51):
        found = extract(question)
        assert found is not None
        passes, said = check(worktree, insert(document(), found.entry))
        assert passes, said
        after = insert(after, found.entry)
    assert len(entries(after)) > 50


def test_plain_text_passes_and_code_may_hold_anything(worktree: Path) -> None:
    assert check(worktree, with_answer(GOOD)) == (True, "")
    assert check(worktree, document()) == (True, "")


@pytest.mark.parametrize(
    "dialect",
    [each for each in DIALECTS.values() if not each.shows_comments],
    ids=lambda each: each.name,
)
def test_what_a_dialect_writes_passes(worktree: Path, dialect: Dialect) -> None:
    entry = in_dialect(from_model(ACTING, "What is {this} \\<here\\>?").entry, dialect)
    assert isinstance(entry, Entry)
    assert check(worktree, insert(document(), entry, dialect)) == (True, "")


def test_most_hostile_answers_are_refused_by_ci_as_well(worktree: Path) -> None:
    hostile = [one for family in SEEN_IN_CI for one in FAMILIES[family] if isinstance(one, A)]
    passed = [one for one in hostile if check(worktree, with_answer(one.text))[0]]
    # A reference to a character is text: dialects write some.
    assert len(passed) <= 0.12 * len(hostile), passed


def test_a_refusal_says_what_was_found_and_where(worktree: Path) -> None:
    passes, said = check(worktree, with_answer("Ask @everyone."))
    assert not passes
    assert "Ask @everyone." in said
    assert "::error::The answer holds a mention." in said


def test_a_line_that_imitates_the_head_of_a_diff_is_looked_at(worktree: Path) -> None:
    assert not check(worktree, with_answer("++ b/docs/FAQ.md <b>"))[0]


def test_an_allowed_host_may_be_linked_and_no_other(worktree: Path) -> None:
    hosts, evil = "docs.example.com|example.org", "[x](https://docs.example.com.evil.example/a)"
    assert check(worktree, with_answer("[x](https://docs.example.com/a)"), hosts)[0]
    assert not check(worktree, with_answer(evil), hosts)[0]
    assert not check(worktree, with_answer("[x](https://evil.example/a)"), hosts)[0]


def test_two_entries_at_once_are_refused(worktree: Path) -> None:
    two = with_answer(GOOD) + with_answer(GOOD).removeprefix(document()).replace("0000", "1111")
    passes, said = check(worktree, two)
    assert not passes
    assert "More than one entry" in said


def test_the_real_model_answers_of_the_gate_pass(worktree: Path) -> None:
    found = from_model("`shiploop freeze` holds every merge.")
    assert check(worktree, insert(document(), found.entry))[0]


def test_what_the_gate_lets_through_passes_in_ci(worktree: Path) -> None:
    """Otherwise a good answer would end as failed checks instead of an entry."""
    hostile = [one for family in FAMILIES.values() for one in family]
    asked = [one for one in hostile if isinstance(check_question(one.text), Question)]
    found = [from_model(one.text) for one in hostile if isinstance(one, A)]
    found += [from_model("It is so.", one.text) for one in asked if not isinstance(one, A)]
    for each in found:
        if not check_answer(each):
            passes, said = check(worktree, insert(document(), each.entry))
            assert passes, said


def test_one_entry_may_be_taken_out_by_itself_and_none_beside_another_change(
    worktree: Path,
) -> None:
    first, second = (found.entry for found in map(extract, questions(2)) if found is not None)
    both = insert(insert(document(), first), second)
    (worktree / FAQ_PATH).write_bytes(both.encode())
    git(worktree, "commit", "--quiet", "--all", "-m", "Two answers")
    git(worktree, "commit", "--quiet", "--allow-empty", "-m", "Answer")
    one, none = remove(both, first.question_hash), document()
    try:
        for changed, passes in (
            (both, False),  # nothing is changed at all
            (insert(both, replace(first, answer="Another answer.")), True),
            (one, True),
            (none, False),
            (one + "\nMore.\n", False),
            (insert(one, replace(second, answer="Another answer.")), False),
        ):
            assert check(worktree, changed, step=OF_ENTRIES)[0] is passes, changed
    finally:
        git(worktree, "reset", "--quiet", "--hard", "HEAD~2")
        git(worktree, "commit", "--quiet", "--allow-empty", "-m", "Answer")
