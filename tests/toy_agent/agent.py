"""The smallest agent there can be: it appends a line to a text file."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from shiploop.agents.agent import Documents, World
from shiploop.domain.delivery.change import (
    AlreadyThere,
    Assessment,
    CannotEdit,
    Declined,
    Edited,
    Files,
    Level,
    MergedChange,
    Proposal,
    Sighting,
)
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.delivery.github_text import title_text
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from shiploop.domain.upkeep.kept import Kept, Recall
from shiploop.settings import Settings

PATH = "docs/notes.md"
PLACE = Sighting("/docs/notes")
GUESS = Assessment(Level.SUGGEST, "guess", ("A line that begins with Maybe is a guess.",))
SURE = Assessment(Level.AUTO, "line")


class Note(BaseModel):
    """A line for the notes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str = Field(pattern=r"^[A-Za-z ]{1,80}$")


class NotesAgent:
    """One line of `docs/notes.md` for each request."""

    name = "notes"
    request_model = Note

    def dedupe_key(self, request: Note) -> str:
        return request.line.casefold().replace(" ", "-")

    def reads(self, request: Note) -> tuple[str, ...]:
        return (PATH,)

    def draft(self, request: Note, world: World) -> Proposal | Declined:
        if request.line.startswith("Nothing"):
            return Declined("there is nothing to note")
        return Proposal(
            agent=self.name,
            title=f"Note - {title_text(request.line)}",
            summary=f"Notes: {title_text(request.line)}",
            content=request.model_dump(),
            assessment=GUESS if request.line.startswith("Maybe") else SURE,
        )

    def edit(self, proposal: Proposal, files: Files) -> Edited | AlreadyThere | CannotEdit:
        document, line = files[PATH] or "# Notes\n", str(proposal.content["line"])
        if line in document:
            return AlreadyThere("it is noted already", PLACE)
        return Edited({PATH: f"{document}\n{line}\n"})

    def check(self, proposal: Proposal, files: Files) -> tuple[str, ...]:
        forbidden = "secret" in str(proposal.content["line"]).casefold()
        return ("a note must not speak of a secret",) if forbidden else ()

    def undo(self, merged: MergedChange, files: Files) -> Mapping[str, str] | CannotUndo | None:
        return None

    def seen(self, proposal: Proposal) -> Sighting:
        return Sighting(PLACE.page, texts=(str(proposal.content["line"]),))

    def due(self, recall: Recall, world: World, most: int) -> tuple[Kept, ...]:
        return ()

    def lacks(self, declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
        return ()


def create_agent(settings: Settings, documents: Documents) -> NotesAgent:
    return NotesAgent()
