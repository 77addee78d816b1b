"""What the value of a setting may look like, where its type alone does not say it."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, SecretStr

# Shorter ones can be guessed.
ApiKey = Annotated[SecretStr, Field(min_length=16)]

# A project of Sentry's by the slugs of its organisation and its own.
SENTRY_PROJECT: Final = r"^[A-Za-z0-9_-]+/[A-Za-z0-9_-]+$"
# A name or an address, and no user: what is secret has a setting of its own.
SMTP_URL: Final = r"^smtps?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?/?$"
# https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
_MAIL_ADDRESS: Final = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250})$"
_LEVELS_OF: Final = r"[a-z0-9-]{1,40}=(auto|suggest)"
LEVELS: Final = rf"^(auto|suggest|{_LEVELS_OF}(,{_LEVELS_OF})*)$"
RATE: Final = r"^[1-9]\d{0,8}/(second|minute|hour|day)$"
# A file of a repository, by its path there.
REPOSITORY_PATH: Final = r"^([A-Za-z0-9._-][A-Za-z0-9._ -]{0,99}/){0,9}[A-Za-z0-9._ -]{0,99}$"
# What a shell, a pattern of GitHub's and a condition of a workflow take as it is.
_PLAIN_PREFIX: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}")

# Those of shiploop/agents/faq/dialects/known.py.
FaqDialect = Literal[
    "documenter",
    "docusaurus",
    "docusaurus-md",
    "eleventy",
    "gfm",
    "hugo",
    "jekyll",
    "mdbook",
    "mdx",
    "mkdocs",
    "mkdocs-macros",
    "mkdocs-superfences",
    "sphinx",
    "starlight",
    "unknown",
    "vitepress",
]

# An account as GitHub writes it; that of an app ends in [bot].
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$")]

MailAddress = Annotated[str, Field(pattern=_MAIL_ADDRESS)]


def _without_class(line: str) -> str:
    # pathspec 1.1.1 takes the letters of its name: findings/pathspec-reads-no-character-class.sh.
    if re.search(r"\[:[a-z]{1,20}:\]", line, re.IGNORECASE):
        raise ValueError("a class such as [:digit:] is not read here: write a range, [0-9]")
    return line


# A line as of .gitignore.
PathPattern = Annotated[str, AfterValidator(_without_class)]


def _begins_a_branch(prefix: str) -> str:
    """Hold a prefix to what git takes: https://git-scm.com/docs/git-check-ref-format."""
    if not _PLAIN_PREFIX.fullmatch(prefix):
        raise ValueError("a prefix of branches holds up to 60 letters, digits and ._/- only")
    for part in prefix.split("/")[:-1]:
        if not part or part.startswith(".") or part.endswith((".", ".lock")):
            raise ValueError(f"git takes no branch with {part!r} between its slashes")
    if ".." in prefix or prefix.rpartition("/")[2].startswith(".") or prefix.startswith("refs/"):
        raise ValueError("git takes no branch that begins like this")
    return prefix


BranchPrefix = Annotated[str, AfterValidator(_begins_a_branch)]
