"""What anything that others write may cost: each limit by name, as docs/limits.md tells it.

What is over one is left out, or cut where a section ends, and named: `LeftOut`.
"""

from dataclasses import dataclass
from typing import Final

_KIB: Final = 1024

# The repository's documents, as they are read from git.
MAX_TREE_ENTRIES: Final = 200_000
MAX_FOLDER_DEPTH: Final = 32
MAX_PATH_CHARACTERS: Final = 300
MAX_PAGES: Final = 5_000
MAX_PAGE_BYTES: Final = 1024 * _KIB
MAX_REPOSITORY_BYTES: Final = 32 * _KIB * _KIB
# What git keeps of the repository: on the disk, and of its commits; and the files fetched at once.
MAX_MIRROR_BYTES: Final = 2 * _KIB * _KIB * _KIB
MAX_MIRROR_HEADS: Final = 2_000
MAX_BLOBS_FETCH_BYTES: Final = 64 * _KIB * _KIB

# The configuration of a site's generator, as it is searched for words.
MAX_CONFIGURATION_DEPTH: Final = 3  # folders
MAX_CONFIGURATIONS: Final = 200
MAX_CONFIGURATION_CHARACTERS: Final = 64 * _KIB

# A page, as it is read for answers.
MAX_LINES_PER_PAGE: Final = 10_000
MAX_NESTING: Final = 10  # lists and quotations that begin in one line
MAX_NESTED_PER_PAGE: Final = 20_000  # and in all of them
MAX_HEADINGS_PER_PAGE: Final = 1_000
MAX_HEADING_CHARACTERS: Final = 200
MAX_HEADING_MARKS: Final = 40  # characters that may be markup
MAX_SECTION_CHARACTERS: Final = 16_000
MAX_PARAGRAPH_CHARACTERS: Final = 4_000
MAX_PARAGRAPH_BRACKETS: Final = 100  # each may begin a link
MAX_QUOTED_SECTION_CHARACTERS: Final = 8_000
MAX_QUOTED_SECTION_LINES: Final = 300  # with text in them
MAX_SECTIONS: Final = 50_000
MAX_WORD_CHARACTERS: Final = 40
MAX_KNOWN_WORDS: Final = 200_000
MAX_ALIKE_WORDS: Final = 2_000  # of one first letter and length

# A question, and what answers it.
MAX_QUESTION_CHARACTERS: Final = 500
MAX_QUESTION_TERMS: Final = 64
MAX_CORRECTED_WORDS: Final = 8
MAX_EXCERPT_CHARACTERS: Final = 6_000
MAX_REPLY_BYTES: Final = 256 * _KIB
MAX_REPLY_CITATIONS: Final = 10
MAX_CLAIMS: Final = 12
MAX_SHOWN_SENTENCES: Final = 300
MAX_COMPARED_CHARACTERS: Final = 240
MAX_ANSWER_WORDS: Final = 100  # where a model words it
MAX_QUOTED_WORDS: Final = 250
MAX_SECTIONS_BELOW: Final = 8  # a heading, that are quoted with it
MAX_ANSWER_CHARACTERS: Final = 2_500
MAX_CITATION_CHARACTERS: Final = 6_000

# The FAQ, which is written.
MAX_FAQS: Final = 20
MAX_FAQ_CHARACTERS: Final = 1_000_000
MAX_LINT_RULES_CHARACTERS: Final = 64 * _KIB

# The rules of a repository, in answers of 100 each, and the rulesets that are asked who may bypass
# them.
MAX_RULE_PAGES: Final = 10
MAX_RULESETS: Final = 30

# A page of the site, as a reader sees it.
MAX_SITE_PAGE_CHARACTERS: Final = 4_000_000

# The file of the probes: all that decide are asked at once, several times a second.
MAX_PROBE_FILE_BYTES: Final = 64 * _KIB
MAX_PROBES: Final = 20
MAX_PROBE_TIMEOUT_S: Final = 30.0
MAX_PROBE_TEXT_CHARACTERS: Final = 500

# The entries of the FAQ, as a sweep looks after them, and what nobody could answer.
MAX_ANSWERED_ANEW: Final = 100  # in one sweep; the next one goes on
MAX_DECLINED: Final = 2_000
MAX_GAPS: Final = 100

# The checks of a commit: each page has a hundred.
MAX_CHECK_PAGES: Final = 10

# What waits for a person's word, and what was shipped, which somebody may call wrong.
MAX_WAIT_DAYS: Final = 90
MAX_NOTE_CHARACTERS: Final = 500
MAX_SHIPPED: Final = 10_000

# What is told of it: a repository may break each limit in each of its pages.
MAX_LEFT_OUT_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, or a part of one, that is over a limit, and which."""

    path: str
    reason: str
