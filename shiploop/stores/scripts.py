"""The Lua scripts that Redis runs, by name: `lua/` has a file for each.

A file begins with comments that tell what the script is for, its KEYS and ARGV, and what it
returns. A line `-- uses: write_event, record` names the files whose functions it calls.
"""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("lua")
_USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)


@cache
def load_script(name: str) -> str:
    """The text of a script, behind that of the functions that it uses."""
    text = (_FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    uses = _USES.search(text)
    used = uses[1].split(", ") if uses else ()
    return "\n".join([*map(load_script, used), text])
