"""How slow the sandbox world is; everything 0 means that what is measured is ours."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds: of each GitHub answer, of the model, of CI, of a deployment.

    `ci_ms` 0 really runs the workflows; above 0 they are not run and report green
    after that time.
    """

    github_ms: int = 0
    llm_ms: int = 0
    ci_ms: int = 0
    deploy_ms: int = 0


class LatencySetting:
    """The latency in force; replaced as a whole, so that readers need no lock."""

    def __init__(self, current: Latency | None = None) -> None:
        self.current = current or Latency()
