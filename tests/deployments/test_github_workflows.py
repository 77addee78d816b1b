"""The workflow files: linted, and really run on test merges of the sample repository."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from sandbox.actions import JobUpdate, plan, run
from sandbox.workflow_triggers import Event
from shiploop.agents.faq.document.document import Entry, insert
from shiploop.agents.faq.question import Question, check_question

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "deployments/github/workflows"
SAMPLE = ROOT / "sandbox/sample_repository"
FAQ = "docs/FAQ.md"
ANSWER_BRANCH = "orchestrator/faq-550e8400-e29b-41d4-a716-446655440000"
ROLLBACK_BRANCH = "hotfix/rollback-0123456789abcdef0123456789abcdef01234567"

AUTHOR = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def faq_text() -> str:
    return (SAMPLE / FAQ).read_bytes().decode("utf-8")


def faq_with_answer() -> str:
    question = check_question("Is there a demo?")
    assert isinstance(question, Question)
    trace_id = "550e8400-e29b-41d4-a716-446655440000"
    answer = "Yes: `make demo`."
    entry = Entry(question.text, question.hash, question.slug, trace_id, answer)
    return insert(faq_text(), entry)


def faq_without_its_last_entry() -> str:
    return faq_text()[: faq_text().rindex("\n\n<!-- shiploop:entry ")] + "\n"


@dataclass(frozen=True, slots=True)
class Repository:
    """The sample repository with the workflows installed, as a checkout that can be reused."""

    worktree: Path

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.worktree), *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.worktree.parent), **AUTHOR}
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, encoding="utf-8"
        ).stdout

    def open_pull_request(self, branch: str, changes: Mapping[str, str | bytes | None]) -> Event:
        """Check out the test merge of a branch that makes the changes; None deletes a file."""
        self.git("checkout", "--quiet", "--force", "-B", branch, "main")
        for path, content in changes.items():
            target = self.worktree / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "Change")
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "-m", "Merge", branch)
        return Event("pull_request", "main", branch, tuple(changes))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    worktree = tmp_path_factory.mktemp("repository") / "worktree"
    shutil.copytree(SAMPLE, worktree)
    shutil.copytree(WORKFLOWS, worktree / ".github/workflows")
    (worktree / "api-backend").mkdir()
    (worktree / "api-backend/app.py").write_text("ANSWER = 42\n", encoding="utf-8")
    repository = Repository(worktree)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "-m", "Begin")
    return repository


def checks_of(
    repository: Repository, event: Event, only: str | None = None
) -> dict[str, dict[str, str | None]]:
    """Run the workflows that the event starts; give each job's conclusion by workflow."""
    payload = {
        "number": 1,
        "pull_request": {
            "number": 1,
            "head": {"ref": event.head_branch},
            "base": {"ref": event.branch},
        },
    }
    conclusions: dict[str, dict[str, str | None]] = {}
    for workflow in plan(repository.worktree / ".github/workflows", event):
        if only not in (None, workflow.name):
            continue
        jobs = conclusions.setdefault(workflow.name, {})

        def report(update: JobUpdate, jobs: dict[str, str | None] = jobs) -> None:
            if update.status == "completed":
                jobs[update.job] = update.conclusion

        env = {"GITHUB_REPOSITORY": "acme/shiploop-docs"}
        run(repository.worktree, workflow, payload, env, report, lambda: False)
    return conclusions


def fast_checks(
    repository: Repository, branch: str, changes: Mapping[str, str | bytes | None]
) -> dict[str, str | None]:
    event = repository.open_pull_request(branch, changes)
    return checks_of(repository, event, FAST_CI)[FAST_CI]


FAST_CI = "Agent MVP Fast CI"
PASSED = {"lint": "success", "smoke": "success", "openapi": "success", "faq-gate": "success"}


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def run_linter(*command: str, home: Path) -> None:
    finished = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_act_finds_the_workflow_valid(path: Path, tmp_path: Path) -> None:
    run_linter(program("act"), "--validate", "--strict", "-W", str(path), home=tmp_path)


def test_the_workflows_fit_the_published_schema(tmp_path: Path) -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    paths = map(str, WORKFLOWS.glob("*.yml"))
    run_linter(program("check-jsonschema"), *schema, *paths, home=tmp_path)


def test_zizmor_finds_no_security_problem(tmp_path: Path) -> None:
    paths = map(str, WORKFLOWS.glob("*.yml"))
    run_linter(program("zizmor"), "--offline", *paths, home=tmp_path)


def test_no_workflow_can_write_to_the_repository() -> None:
    for path in WORKFLOWS.glob("*.yml"):
        workflow = yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506
        assert workflow["permissions"] == {"contents": "read"}, path.name
        assert not [job for job in workflow["jobs"].values() if "permissions" in job], path.name


def test_no_two_checks_of_a_pull_request_have_the_same_name() -> None:
    paths = ("api-backend/openapi.yaml", "frontend-dashboard/App.jsx", "orchestrator/graph.py")
    planned = plan(WORKFLOWS, Event("pull_request", "main", "feature", paths))
    names = [job for workflow in planned for job in workflow.jobs]
    assert len(planned) == 6
    assert len(set(names)) == len(names)


def started(event: Event) -> set[str]:
    return {workflow.path.stem for workflow in plan(WORKFLOWS, event)}


ALWAYS = {"agent-mvp-ci-fast", "agent-mvp-smoke"}


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (FAQ, set()),
        ("README.md", set()),
        ("api-backend/src/app.py", {"backend-ci"}),
        ("frontend-dashboard/src/App.jsx", {"frontend-ci"}),
        ("orchestrator/graph.py", {"orchestrator-e2e"}),
        ("openapi.yaml", {"openapi-verify"}),
        ("api-backend/openapi.yaml", {"backend-ci", "openapi-verify"}),
    ],
)
def test_a_pull_request_starts_the_workflows_of_its_paths(path: str, more: set[str]) -> None:
    assert started(Event("pull_request", "main", "feature", (path,))) == ALWAYS | more


def test_a_push_to_main_deploys_the_front_end_only_when_what_it_shows_changed() -> None:
    assert started(Event("push", "main", "main", ("README.md",))) == set()
    assert started(Event("push", "main", "main", (FAQ,))) == {"vercel-deploy"}
    front_end = ("frontend-dashboard/src/App.jsx",)
    assert started(Event("push", "main", "main", front_end)) == {"vercel-deploy", "frontend-ci"}
    assert started(Event("push", "feature", "feature", front_end)) == {"frontend-ci"}


def test_an_answer_passes_every_check(repository: Repository) -> None:
    event = repository.open_pull_request(ANSWER_BRANCH, {FAQ: faq_with_answer()})
    assert checks_of(repository, event) == {
        "Agent MVP Fast CI": PASSED,
        "Agent MVP Smoke": {"site-smoke": "success"},
    }


def test_unclean_markdown_fails_lint_and_the_gate(repository: Repository) -> None:
    unclean = faq_text() + "\n#### Too deep\n\n\n\n* and\n- mixed\n"
    assert fast_checks(repository, ANSWER_BRANCH, {FAQ: unclean}) == {
        **PASSED,
        "lint": "failure",
        "faq-gate": "failure",
    }


@pytest.mark.parametrize(
    ("path", "rules", "conclusion"),
    [
        pytest.param(".markdownlint.json", '{"MD013": false}', "failure", id="by all its rules"),
        pytest.param(".markdownlint.json", '{"MD009": false}', "success", id="read whole"),
        # rumdl would find what each of these allows, or nothing of what shiploop goes by.
        pytest.param(".markdownlint.json", '{"extends": "a.json"}', "failure", id="one extended"),
        pytest.param(".markdownlint.yaml", "whitespace: false\n", "failure", id="told by a tag"),
        pytest.param(".markdownlint.cjs", "module.exports = {}\n", "failure", id="run, not read"),
        pytest.param("README.md", "None.\n", "failure", id="none at all"),
    ],
)
def test_lint_goes_by_the_rules_that_rumdl_reads_whole(
    repository: Repository, path: str, rules: str, conclusion: str
) -> None:
    spaces = {FAQ: faq_text() + "\nAn end.   \n"}
    changes = {**spaces, ".rumdl.toml": None, path: rules}
    assert fast_checks(repository, "by-a-person", changes)["lint"] == conclusion
    # What only rumdl's own defaults refuse is refused by rules that were read, if by any.
    long = {FAQ: faq_text() + f"\nAn {'unusually ' * 12}long line.\n"}
    refused = path == ".markdownlint.json" and rules == '{"MD009": false}'
    checks = fast_checks(repository, "by-a-person", {**changes, **long})
    assert checks["lint"] == ("failure" if refused else "success")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(None, id="deleted"),
        pytest.param("\n \n", id="emptied"),
        pytest.param(faq_text().encode() + b"\xff\xfe\n", id="not UTF-8"),
        pytest.param(faq_text().rsplit("<!-- /", 1)[0], id="an entry without its end"),
        pytest.param(faq_text().replace("<!-- shiploop:entry", "<!-- was:", 1), id="no beginning"),
    ],
)
def test_a_damaged_faq_fails_smoke_and_the_gate_on_every_branch(
    repository: Repository, broken: str | bytes | None
) -> None:
    for branch in (ANSWER_BRANCH, ROLLBACK_BRANCH, "by-a-person"):
        checks = fast_checks(repository, branch, {FAQ: broken})
        assert (checks["smoke"], checks["faq-gate"]) == ("failure", "failure"), branch


def test_an_answer_may_take_one_entry_out_and_change_nothing_else(repository: Repository) -> None:
    shorter = {FAQ: faq_without_its_last_entry()}
    for branch in (ANSWER_BRANCH, "by-a-person", ROLLBACK_BRANCH):
        assert fast_checks(repository, branch, shorter)["faq-gate"] == "success", branch
    more = {FAQ: faq_without_its_last_entry() + "\nMore.\n"}
    assert fast_checks(repository, ANSWER_BRANCH, more)["faq-gate"] == "failure"


def test_an_answer_may_change_no_other_file(repository: Repository) -> None:
    changes = {FAQ: faq_with_answer(), "README.md": "# Mine now\n"}
    assert fast_checks(repository, ANSWER_BRANCH, changes)["faq-gate"] == "failure"


def test_a_person_who_changes_something_else_is_not_blocked(repository: Repository) -> None:
    page = {"docs/new.md": "# New page\n"}
    assert fast_checks(repository, "by-a-person", page) == PASSED


def test_a_rollback_needs_only_smoke_whatever_it_changes(repository: Repository) -> None:
    unclean = faq_text() + "\n\n\n#### Too deep\n"
    changes = {FAQ: unclean, "openapi.yaml": "openapi: 3.1.0\n", "docs/roadmap.md": None}
    assert fast_checks(repository, ROLLBACK_BRANCH, changes) == {
        "lint": "skipped",
        "smoke": "success",
        "openapi": "skipped",
        "faq-gate": "success",
    }
    readme = {"README.md": "# Before\n"}
    assert fast_checks(repository, ROLLBACK_BRANCH, readme)["faq-gate"] == "success"


def test_a_merge_group_is_judged_by_smoke_whatever_is_in_it(repository: Repository) -> None:
    unclean = faq_text() + "\n\n\n#### Too deep\n"
    branch = "gh-readonly-queue/main/pr-1-0123456789abcdef0123456789abcdef01234567"
    event = Event("merge_group", "main", branch, (), "checks_requested")
    for faq, ended in ((unclean, "success"), ("\n", "failure")):
        repository.open_pull_request("anybody", {FAQ: faq})
        checks = checks_of(repository, event)
        assert checks[FAST_CI] == {
            "lint": "skipped",
            "smoke": ended,
            "openapi": "skipped",
            "faq-gate": ended,
        }
        # What no path of theirs is changed of passes at once.
        assert checks["Backend CI"] == {"test": "success"}


def test_a_merge_group_that_changes_the_backend_runs_its_tests(repository: Repository) -> None:
    event = Event("merge_group", "main", "gh-readonly-queue/main/pr-2-0", (), "checks_requested")
    for program_text, ended in (("ANSWER = 43\n", "success"), ("ANSWER = (\n", "failure")):
        repository.open_pull_request("by-a-person", {"api-backend/app.py": program_text})
        assert checks_of(repository, event, "Backend CI") == {"Backend CI": {"test": ended}}


def test_a_changed_openapi_document_must_be_valid(repository: Repository) -> None:
    document = (SAMPLE / "openapi.yaml").read_text(encoding="utf-8")
    good = {"openapi.yaml": document.replace("0.1.0", "0.2.0")}
    assert fast_checks(repository, "by-a-person", good) == PASSED

    event = repository.open_pull_request("by-a-person", {"openapi.yaml": "openapi: 3.1.0\n"})
    checks = checks_of(repository, event)
    assert checks["OpenAPI Verify"] == {"openapi-lint": "failure"}
    fast = checks["Agent MVP Fast CI"]
    assert (fast["openapi"], fast["faq-gate"]) == ("failure", "failure")


def test_the_backend_check_compiles_tests_and_accepts_the_folders_removal(
    repository: Repository,
) -> None:
    def backend_of(changes: Mapping[str, str | None]) -> str | None:
        event = repository.open_pull_request("by-a-person", changes)
        return checks_of(repository, event)["Backend CI"]["test"]

    case = "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertTrue({})\n"
    package = {"api-backend/tests/__init__.py": ""}
    assert backend_of({"api-backend/app.py": "ANSWER = 43\n"}) == "success"
    assert backend_of({"api-backend/app.py": "ANSWER =\n"}) == "failure"
    assert backend_of({**package, "api-backend/tests/test_a.py": case.format(1)}) == "success"
    assert backend_of({**package, "api-backend/tests/test_a.py": case.format(0)}) == "failure"
    assert backend_of({"api-backend/app.py": None}) == "success"
