"""Ships each sequence as an entry: asked, quoted, edited and checked by the agent itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, assert_never
from uuid import NAMESPACE_URL, uuid5

from bench.answers.folder import documents_of
from shiploop.agents.agent import Agent, World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.registry import load_agents
from shiploop.cli.checked_settings import checked_settings
from shiploop.domain.delivery.change import AlreadyThere, CannotEdit, Declined, Edited, Proposal

_SEQUENCES: Final = "docs/sequences.md"
_OTHERS: Final = {
    "docs/index.md": "# Home\n\nWhere one comes in.\n",
    "docs/other.md": "# Other\n\nAnother page.\n\n## Sizes\n\nSmall and large ones.\n",
}
_NO_FAQ_YET: Final = "# FAQ\n"
_ASKED: Final = ("?", "？")


@dataclass(slots=True)
class Shipped:
    """The FAQ with every entry that ships, and why the others do not.

    `proposals` and `refusals` are by the name of the sequence, `pages` all files by path, `front`
    what each begins with.
    """

    front: str
    proposals: dict[str, Proposal] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def dialect(self) -> str:
        """The dialect that the agent has found the repository to ask for."""
        return next((str(each.content["dialect"]) for each in self.proposals.values()), "")

    def faq(self, agent: Agent[Any], names: Sequence[str]) -> str:
        """The FAQ with these entries alone."""
        text = self.front + _NO_FAQ_YET
        for name in names:
            text = _edited(agent, self.proposals[name], text) or text
        return text


def ship(
    sequences: Mapping[str, str], files: Mapping[str, str], front: str = ""
) -> tuple[Agent[Any], Shipped]:
    """Ask for each sequence by its heading, word for word, in a repository that has these files."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "files")
        shipped = Shipped(front, pages={_SEQUENCES: _page(sequences), **_OTHERS})
        faq = front + _NO_FAQ_YET
        for path, text in {**files, **shipped.pages, FAQ_PATH: faq}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        settings, documents = checked_settings(), documents_of(folder, Path(scratch, "bare.git"))
        agent = load_agents(settings, documents, model=None).named(FaqAgent.name)
        for name in sequences:
            drafted = _drafted(agent, _heading(name), faq)
            if isinstance(drafted, Proposal):
                shipped.proposals[name] = drafted
                faq = _edited(agent, drafted, faq) or faq
            else:
                shipped.refusals[name] = drafted.reason
    return agent, shipped


def _page(sequences: Mapping[str, str]) -> str:
    sections = (f"## {_heading(name)}\n\n{text}\n" for name, text in sequences.items())
    return "# Sequences\n\n" + "\n".join(sections)


def _heading(name: str) -> str:
    return name if name.endswith(_ASKED) else f"How is {name} written?"


def _drafted(agent: Agent[Any], question: str, faq: str) -> Proposal | Declined:
    request = agent.request_model.model_validate({"question": question})
    drafted = agent.draft(request, World(str(uuid5(NAMESPACE_URL, question))))
    if isinstance(drafted, Declined):
        return drafted
    if _edited(agent, drafted, faq) is None:
        return Declined("the FAQ answers it already, or cannot take it")
    refused = agent.check(drafted, {FAQ_PATH: faq})
    return Declined("; ".join(refused)) if refused else drafted


def _edited(agent: Agent[Any], proposal: Proposal, faq: str) -> str | None:
    match agent.edit(proposal, {FAQ_PATH: faq}):
        case Edited(files):
            return files[FAQ_PATH]
        case AlreadyThere() | CannotEdit():
            return None
        case never:
            assert_never(never)
