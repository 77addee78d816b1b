"""What follows a rollback: the draft that puts back what was taken back."""

import base64
import uuid

from shiploop.agents.faq.document.document import FAQ_PATH, Entry, insert
from shiploop.domain.production.rollback import Reverted
from shiploop.domain.production.rollback_messages import reapply_branch
from tasks.rollback_end import propose_reapply
from tests.builders import NOON, a_rollback_case, an_entry
from tests.sandbox_process import SandboxProcess
from tests.tasks.conftest import ServicesWith


def document(sandbox: SandboxProcess) -> str:
    return sandbox.client().read_base((FAQ_PATH,)).files[FAQ_PATH] or ""


def commit(sandbox: SandboxProcess, text: str) -> str:
    return sandbox.commit({FAQ_PATH: text.encode()})


def beside_each_other() -> tuple[Entry, Entry]:
    """Two entries that nothing on the page can come between."""
    name = uuid.uuid4().hex
    return an_entry(f"What is {name} a?"), an_entry(f"What is {name} b?")


def test_what_was_taken_back_is_proposed_again_beside_what_came_to_its_place_since(
    sandbox: SandboxProcess, services_with: ServicesWith
) -> None:
    ours = services_with(github_api_url=sandbox.url)
    before = document(sandbox)
    taken_back, since = beside_each_other()
    merged = commit(sandbox, insert(before, taken_back))
    reverted = Reverted("http://pull", 1, "a" * 40, commit(sandbox, before), NOON)
    today = insert(before, since)
    commit(sandbox, today)
    propose_reapply.fn(a_rollback_case(merged), reverted)
    pull = ours.github.find_pull_request(reapply_branch(merged)).pull
    assert pull is not None
    file = sandbox.read(f"/contents/{FAQ_PATH}", ref=pull.head_sha)
    assert base64.b64decode(file["content"]).decode() == insert(today, taken_back)
