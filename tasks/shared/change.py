"""A proposal on the files of a base, and our signature's claim over it."""

from collections.abc import Mapping

from shiploop.bootstrap import required, services
from shiploop.domain.delivery.adoption import Edit
from shiploop.domain.delivery.change import AlreadyThere, CannotEdit, Edited, Proposal, content_hash
from shiploop.domain.delivery.commit import Changes
from shiploop.domain.delivery.provenance import Claim
from shiploop.domain.delivery.pull_request import Base
from shiploop.domain.delivery.task import Outcome, Task, there_already
from shiploop.domain.delivery.wording import Wording
from shiploop.errors import RepositoryUnusable, SiteUnavailable


def edit_of(proposal: Proposal) -> Edit:
    """The proposal's edit, the same however often it is made."""
    return lambda files: services().agents.edit(proposal, files)


def edit_on(base: Base, proposal: Proposal) -> Edited | AlreadyThere:
    """Make the edit on a base. Raises RepositoryUnusable where its files are not fit for it."""
    match services().agents.edit(proposal, base.files):
        case CannotEdit(reason):
            raise RepositoryUnusable(f"{base.place}: {reason}")
        case edited:
            return edited


def conclude_already_there(found: AlreadyThere) -> Outcome:
    """What it comes to, with the address at which a reader finds it."""
    site, place = services().site, found.place
    try:
        url = site.find(place)
    except SiteUnavailable:
        url = None
    return there_already(found.reason, url or site.url(place.page, place.anchor))


def wording() -> Wording:
    """How the repository words its titles and commit messages, as it is set."""
    settings = services().settings
    return Wording(settings.commit_title, settings.sign_off)


def label_as_set(number: int) -> None:
    """Put on a pull request of ours what the repository wants each to be labelled with."""
    if labels := services().settings.labels:
        services().github.label(number, *labels)


def changes_of(edited: Mapping[str, str]) -> Changes:
    """Edited files as a commit takes them."""
    return {path: text.encode() for path, text in edited.items()}


def claim_of(task: Task, proposal: Proposal) -> Claim:
    """What our signature vouches for."""
    repository = services().github.repository
    return Claim(task.task_id, repository, task.dedupe_key, content_hash(proposal))


def signing_keys() -> tuple[bytes, ...]:
    """The key that signs, then the one that did before, if any. Raises SettingMissing."""
    settings = services().settings
    key = required(settings.signing_key, "SHIPLOOP_SIGNING_KEY")
    kept = [each for each in (key, settings.previous_signing_key) if each is not None]
    return tuple(each.get_secret_value().encode() for each in kept)
