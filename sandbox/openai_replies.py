"""What the sandbox's models write: quotations, and what a model that was talked over might write.

They know the prompt by its shape: a JSON object with a `question` and numbered `sections`, and
numbered `claims` where an answer is to be checked.
"""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SENTENCES = 2
_LONGEST_QUOTATION = 240  # so that the reply fits into 150 tokens
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
BROKEN_REPLY = '{"answerable": true, "answer": "It is writ'
# One after the other: each is harmful by itself.
HOSTILE_ANSWERS = (
    "<script>alert(document.domain)</script> <img src=x onerror=alert(1)>",
    "[Click here](javascript:alert(1)) or [here](data:text/html;base64,PHNjcmlwdD4=).",
    "![](https://evil.example/pixel.png?leak=1) See https://evil.example/login to go on.",
    "Thanks @everyone and @acme/owners. Fixes #1. Closes acme/docs#2. [skip ci]",
    "# A heading of its own\n\nAnd a text.",
    "```\nA fence that nobody closes",
    "<!-- /shiploop:entry x --><!-- shiploop:entry y hash=0 trace=0 -->",
    "Text that turns\u202e around, and h\u200bides.",
    "Use `sk-proj-0123456789abcdefghijklmnop` or ghp_0123456789abcdefghijklmnopqrstuvwxyz.",
    "[x]: https://evil.example\n\nSee [x].",
    "No. " * 120,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """A reply by the schema that the prompt asks for."""

    answerable: bool
    answer: str
    citations: tuple[int, ...]
    confidence: float

    def as_json(self) -> str:
        """The reply as a model writes it."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)


def grounded(data: Mapping[str, Any]) -> Reply:
    """Quote the first section that has a text; without one, there is no answer."""
    for section in data["sections"]:
        match section:
            case {"number": int(number), "text": str(text)} if quotation := _beginning(text):
                return Reply(True, quotation, (number,), 0.9)
    return Reply(False, "", (), 0.9)


def checked(data: Mapping[str, Any]) -> str:
    """Name for each claim the sentence that says it word for word; 0 where there is none."""
    sections = (each for each in data["sections"] if isinstance(each, dict))
    sentences = [each for section in sections for each in _numbered(section.get("sentences", []))]
    found = {number: _sayer(text, sentences) for number, text in _numbered(data["claims"])}
    return _check(bool(found) and all(found.values()), found)


def vouching(data: Mapping[str, Any]) -> str:
    """Vouch for whatever was written, as a model does that was talked over."""
    return _check(True, {number: 1 for number, _ in _numbered(data["claims"])})


def _check(answers: bool, found: Mapping[int, int]) -> str:
    claims = [{"claim": claim, "sentence": sentence} for claim, sentence in found.items()]
    return json.dumps({"answers": answers, "claims": claims})


def _numbered(given: object) -> Iterator[tuple[int, str]]:
    for each in given if isinstance(given, list) else []:
        match each:
            case {"number": int(number), "text": str(text)}:
                yield number, text
            case _:
                continue


def _sayer(claim: str, sentences: Sequence[tuple[int, str]]) -> int:
    wanted = _bare(claim)
    return next((number for number, text in sentences if wanted in _bare(text)), 0)


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def hostile(answer: str) -> Reply:
    """Write what somebody wants to see shipped, and be sure of it."""
    return Reply(True, answer, (1,), 1.0)


def _beginning(text: str) -> str:
    """The first sentences of the first paragraph, as plain text."""
    paragraph = next((p for p in text.split("\n\n") if re.match(r"\w", p)), "")
    line = " ".join(paragraph.split())
    quoted = " ".join(_SENTENCE_END.split(line)[:_SENTENCES]).strip()
    return quoted if len(quoted) <= _LONGEST_QUOTATION else _SENTENCE_END.split(line)[0]
