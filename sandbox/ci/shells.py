"""The scripts of `run` steps: by which shell, with which variables, and what they tell.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
"""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sandbox.ci.commands import read_output, read_pairs
from sandbox.ci.contexts import runner_context
from sandbox.ci.job_log import JobLog
from sandbox.ci.processes import MAX_LOG_BYTES, Ending, end_sessions, run
from sandbox.ci.results import NotModelledError, Result, StepFailedError
from sandbox.ci.values import Value, to_json

_SHELLS: Final[Mapping[str, str]] = {
    "": "bash -e {0}",
    "bash": "bash --noprofile --norc -eo pipefail {0}",
    "sh": "sh -e {0}",
    "python": "python {0}",
}
_OTHER_SHELLS = frozenset({"pwsh", "powershell", "cmd"})
_FILES = ("env", "output", "path", "state", "step_summary")
_MAX_FILE_BYTES = 1_048_576
# A job of GitHub's has a machine, and so a /tmp, of its own.
_TEMPORARY = r"/(?:(?:var/)?tmp|dev/shm)(?![\w-])"
_ABSOLUTE = r"(?<![\w.~/$})*\]-])"
_BLOCKED = frozenset({"NODE_OPTIONS"})


class ScriptRunner:
    """Runs the scripts of one job; what they add to PATH stays for those that follow."""

    def __init__(
        self, folder: Path, workspace: Path, variables: Mapping[str, str], log: JobLog
    ) -> None:
        self._sessions: set[int] = set()
        self._folder = folder
        self._workspace = workspace
        self._given = variables
        self._commands = folder / "commands"
        self._log = log
        self._added_paths: list[str] = []
        self._number = 0
        self._event_path: Path | None = None
        # Not within the folder, whose name may have to be quoted.
        self._temporary = Path(tempfile.mkdtemp(prefix="job-"))
        known = "|".join(re.escape(str(each)) for each in (folder, self._temporary))
        self._shared = re.compile(f"{_ABSOLUTE}(?!{known}){_TEMPORARY}")

    def close(self) -> None:
        """End what still runs, and remove what was written outside of the job's folder."""
        end_sessions(self._sessions)
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _own(self, text: str) -> str:
        """Let a text name the job's own temporary folder."""
        return self._shared.sub(str(self._temporary), text)

    def event_path(self, github: Mapping[str, Value]) -> Path:
        """Return the file that holds the event's payload."""
        if self._event_path is None:
            self._event_path = self._folder / "event.json"
            self._event_path.write_text(to_json(github["event"]), encoding="utf-8")
        return self._event_path

    def run(
        self,
        script: str,
        shell: str,
        folder: str,
        environment: Mapping[str, str],
        deadline: float,
        is_interrupted: Callable[[], bool],
        job_environment: dict[str, str],
        outputs: dict[str, str],
    ) -> Result:
        """Run a script to its end; add what it sets for the steps that follow.

        Raises StepFailedError when it can't be started or told something wrong,
        NotModelledError for a shell that is not here.
        """
        self._number += 1
        self._announce(script, shell)
        files = self._files()
        variables = self._variables(environment, files)
        command = self._command(script, shell, variables["PATH"])
        output = self._folder / f"log_{self._number}"
        within = self._workspace / self._own(folder)
        try:
            ending, code = run(
                command, within, variables, output, deadline, is_interrupted, self._sessions
            )
        except OSError as error:
            raise StepFailedError(
                f"An error occurred trying to start process '{command[0]}' with working directory "
                f"'{within}'. {error.strerror}"
            ) from error
        problems = self._take(output, files, job_environment, outputs)
        return self._result(ending, code, problems)

    def _announce(self, script: str, shell: str) -> None:
        lines = script.splitlines() or [""]
        command = _SHELLS.get(shell, shell)
        self._log.add(f"##[group]Run {lines[0]}", *lines, f"shell: {command}", "##[endgroup]")

    def _files(self) -> dict[str, Path]:
        files = {name: self._commands / f"{name}_{self._number}" for name in _FILES}
        for path in files.values():
            path.touch()
        return files

    def _variables(
        self, environment: Mapping[str, str], files: Mapping[str, Path]
    ) -> dict[str, str]:
        runner = runner_context(self._folder)
        own = {"HOME": self._folder / "home", "TMPDIR": self._temporary}
        environment = {name: self._own(value) for name, value in environment.items()}
        variables = {"LANG": "C.UTF-8", **self._given, **environment}
        variables |= {name: str(path) for name, path in own.items() if name not in environment}
        variables |= {f"RUNNER_{name.upper()}": str(value) for name, value in runner.items()}
        variables |= {f"GITHUB_{name.upper()}": str(path) for name, path in files.items()}
        variables["GITHUB_WORKSPACE"] = str(self._workspace)
        variables["GITHUB_EVENT_PATH"] = str(self._event_path)
        variables["PATH"] = ":".join([*reversed(self._added_paths), variables["PATH"]])
        return variables

    def _command(self, script: str, shell: str, path: str) -> list[str]:
        if shell in _OTHER_SHELLS:
            raise NotModelledError(f"the shell {shell}")
        template = _SHELLS.get(shell, shell)
        if "{0}" not in template:
            raise StepFailedError(
                "Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, powershell, "
                "pwsh) or a format string containing '{0}'"
            )
        suffix = ".py" if shell == "python" else ".sh"
        file = self._commands / f"script_{self._number}{suffix}"
        file.write_text(f"{self._own(script)}\n", encoding="utf-8")
        command = [part.replace("{0}", str(file)) for part in shlex.split(template)]
        found = shutil.which(command[0], path=path)
        if found is None:
            if shell in _SHELLS:
                raise NotModelledError(f"the shell {command[0]}, which is not installed here")
            raise StepFailedError(f"{command[0]}: command not found")
        return [found, *command[1:]]

    def _take(
        self,
        output: Path,
        files: Mapping[str, Path],
        job_environment: dict[str, str],
        outputs: dict[str, str],
    ) -> list[str]:
        """Carry out what the step told; return what was wrong with it."""
        told = read_output(output.read_bytes()[:MAX_LOG_BYTES].decode("utf-8", "replace"))
        output.unlink()
        self._log.mask(told.masks)
        self._log.add(*told.lines)
        outputs |= told.outputs
        problems = list(told.errors)
        for name, target in (("env", job_environment), ("output", outputs)):
            try:
                pairs = read_pairs(_text(files[name]))
            except ValueError as error:
                problems.append(f"Unable to process file command '{name}' successfully.\n{error}")
                continue
            target |= {key: value for key, value in pairs.items() if key not in _BLOCKED}
        for line in _text(files["path"]).splitlines():
            if line:
                self._added_paths = [each for each in self._added_paths if each != line] + [line]
        return problems

    def _result(self, ending: Ending, code: int, problems: list[str]) -> Result:
        for problem in problems:
            self._log.error(problem)
        match ending:
            case Ending.INTERRUPTED:
                return Result.CANCELLED
            case Ending.TIMED_OUT:
                self._log.error("The action has timed out.")
                return Result.FAILURE
            case Ending.FLOODED:
                raise NotModelledError(f"a step that says more than {MAX_LOG_BYTES} bytes")
            case Ending.EXITED:
                pass
        if code != 0:
            self._log.error(f"Process completed with exit code {code if code > 0 else 128 - code}.")
        return Result.FAILURE if code != 0 or problems else Result.SUCCESS


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise NotModelledError(f"a command file of more than {_MAX_FILE_BYTES} bytes")
    return path.read_text(encoding="utf-8-sig", errors="replace")
