"""The lines of a document and where they stand in it, whatever ends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shiploop.agents.faq.document.markers import (
    NEWLINE,
    ends_open,
    front_matter_end,
    unify_newlines,
)

# What stands directly below a text without joining it: an ATX heading, and the end of an element.
STANDS_ALONE: Final = ("#", "</")
_BLANK: Final = " \t"


@dataclass(frozen=True, slots=True)
class Lines:
    """A text, its lines without what ends them, and the first of them after the front matter."""

    text: str
    lines: Sequence[str]
    begins: Sequence[int]
    start: int

    @classmethod
    def of(cls, text: str) -> "Lines":
        """Split a text that has no byte order mark."""
        begins = [0, *(newline.end() for newline in NEWLINE.finditer(text))]
        front = front_matter_end(text)
        start = sum(1 for begin in begins if begin <= front) if front else 0
        return cls(text, unify_newlines(text).split("\n"), begins, start)

    def __len__(self) -> int:
        return len(self.lines)

    def offset(self, line: int) -> int:
        """Where a line begins; the end of the text after the last one."""
        return self.begins[line] if line < len(self.begins) else len(self.text)

    def is_blank(self, line: int) -> bool:
        """Tell whether a line is empty to Markdown; what is beyond the text is."""
        return not (0 <= line < len(self.lines)) or not self.lines[line].strip(_BLANK)

    def place_after(self, line: int) -> int | None:
        """Where something can be put below all that is above a line; None: nowhere.

        At the end of the text where it cannot be put there: what is above does not end there, as a
        code fence, or the line belongs to it.
        """
        above = line
        while above > self.start and self.is_blank(above - 1):
            above -= 1
        end = len(self.text.rstrip("\r\n"))
        if self.is_blank(above) and above:
            place = self.begins[above - 1] + len(self.lines[above - 1])
        elif above < len(self) and self.lines[above].startswith(STANDS_ALONE):
            place = self.offset(above)
        else:
            place = end
        places = [place, end]
        if above and above < len(self) and self.lines[above].startswith("</"):
            # What stands on the line before may be HTML, which only a blank line ends.
            places.insert(1, self.begins[above - 1] + len(self.lines[above - 1]))
        return next((each for each in places if not self._is_open_at(each)), None)

    def _is_open_at(self, place: int) -> bool:
        above = self.text[front_matter_end(self.text) : place]
        return ends_open(above if above.endswith(("\n", "\r")) else above + "\n\n")
