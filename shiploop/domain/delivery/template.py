"""The template that a repository has for pull requests, with what we say in it."""

from typing import Final

CHANGE: Final = "{change}"
# GitHub takes 65,536 characters of a pull request, ours among them.
MAX_TEMPLATE_CHARACTERS: Final = 20_000


def fill_template(template: str | None, body: str) -> str:
    """A body in the template: where that says `{change}`, else above all of it.

    The last paragraph of the body stays the last one of all: of a task it holds the lines that we
    read back, and of several signatures the last one counts. No box is ticked: a template of the
    maintainers' own can have them ticked.
    """
    if not is_usable(template):
        return body
    change, _, ending = body.strip().rpartition("\n\n")
    text = (template or "").strip()
    # Put in once, so that nothing of the change is taken for another place of it.
    filled = text.replace(CHANGE, change, 1) if CHANGE in text else f"{change}\n\n{text}"
    return f"{filled}\n\n{ending}\n"


def is_usable(template: str | None) -> bool:
    """Whether it is there, has something to say, and is not too long."""
    return bool(template and template.strip()) and len(template or "") <= MAX_TEMPLATE_CHARACTERS
