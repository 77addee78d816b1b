"""The workflows of deployments/github as one repository needs them."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.cli.init.found import Files
from shiploop.domain.delivery.branches import ROLLBACK_PREFIX, TASK_PREFIX, BranchPrefixes

WORKFLOWS_FOLDER: Final = ".github/workflows"
_FAST: Final = "agent-mvp-ci-fast.yml"
# Which folder a workflow is about; it does nothing in a repository without.
_OF_FOLDER: Final = {
    "backend-ci.yml": "api-backend",
    "frontend-ci.yml": "frontend-dashboard",
    "orchestrator-e2e.yml": "orchestrator",
    "vercel-deploy.yml": "frontend-dashboard",
}
_AS_IN_THE_FILES: Final = BranchPrefixes()
_BRANCHES: Final = "branches: [main]"


def chosen(names: Mapping[str, str], files: Files) -> dict[str, str]:
    """Those workflows that have something to do in a repository; given are all, by their names."""
    return {name: text for name, text in names.items() if _is_of_use(name, files)}


def _is_of_use(name: str, files: Files) -> bool:
    if name == _FAST:
        return True
    if name == "openapi-verify.yml":
        return files.has_openapi
    if name == "agent-mvp-smoke.yml":  # it asks of every page what the repository asks of it
        return files.lint_rules is not None and "rumdl" in files.lint_rules
    return _OF_FOLDER.get(name) in files.folders


def edited(
    text: str, branch: str, faq_paths: Sequence[str], prefixes: BranchPrefixes = _AS_IN_THE_FILES
) -> str:
    """One workflow for another branch, an FAQ at other paths, and branches called otherwise."""
    faq_path = faq_paths[0]
    # Only in conditions: in a filter of paths it is a folder of the repository.
    text = text.replace(f"head_ref, '{TASK_PREFIX}", f"head_ref, '{prefixes.tasks}")
    text = text.replace(f"head_ref, '{ROLLBACK_PREFIX}", f"head_ref, '{prefixes.rollbacks}")
    if branch != "main":
        text = text.replace(_BRANCHES, f"branches: [{json.dumps(branch)}]")
    folder = faq_path.rpartition("/")[0]
    text = text.replace("docs/**", f"{folder}/**" if folder else faq_path)
    text = text.replace(f"|| '{FAQ_PATH}'", f"|| '{' '.join(faq_paths)}'")
    return text.replace(FAQ_PATH, faq_path)
