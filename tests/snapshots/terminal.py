"""A terminal in which `shiploop` is typed, and what is seen there."""

import json
import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from shiploop.cli.main import main
from shiploop.settings import Settings

COLUMNS = 100
# What a person's own shell may have set, and what colours what is printed.
_UNSET = dict.fromkeys(
    [
        *(
            str(f.validation_alias or f"SHIPLOOP_{n.upper()}")
            for n, f in Settings.model_fields.items()
        ),
        *("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"),
    ]
)


class Terminal:
    """Types commands in a directory of its own, and keeps what is seen."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._given: dict[str, str] = {"SHIPLOOP_HOME": str(home)}
        self._shown_as: dict[str, str] = {str(home): ".shiploop"}
        self._seen: list[str] = []

    @property
    def home(self) -> Path:
        """The directory."""
        return self._home

    def given(self, **environment: str) -> None:
        """Set variables of the environment."""
        self._given |= environment

    def show(self, what: str, instead: str) -> None:
        """Show something that differs from run to run, such as a port, as something fixed."""
        self._shown_as[what] = instead

    def note_stack(self, **addresses: str) -> None:
        """Leave the note of a stack that runs here."""
        parts = dict.fromkeys(("api", "prefect", "github", "site"), "http://127.0.0.1:1")
        note = {**parts, "redis": "redis://127.0.0.1:1", **addresses}
        (self._home / "stack.json").write_text(json.dumps(note))

    def type(self, *arguments: str) -> None:
        """Run one command to its end."""
        environment: Mapping[str, str | None] = {**_UNSET, "COLUMNS": str(COLUMNS), **self._given}
        done = CliRunner().invoke(main, arguments, prog_name="shiploop", env=environment)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        self.see(f"$ {shlex.join(['shiploop', *arguments])}\n{done.output}")
        if done.exit_code:
            self.see(f"[exit {done.exit_code}]\n")

    def see(self, text: str) -> None:
        """Keep what is seen, whoever printed it."""
        self._seen.append(text)

    def seen(self) -> str:
        """All that was seen so far."""
        text = "".join(self._seen)
        for what, instead in self._shown_as.items():
            text = text.replace(what, instead)
        return text


@contextmanager
def terminal(home: Path) -> Iterator[Terminal]:
    """A terminal for the length of the block; `shiploop` changes what SIGTERM does meanwhile."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield Terminal(home)
    finally:
        signal.signal(signal.SIGTERM, handler)
