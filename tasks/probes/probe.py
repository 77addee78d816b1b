"""A probe: one question about production, and what an answer to it decides."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeResult, ProbeScope, ProbeVerdict
from shiploop.errors import ShiploopError, SiteSlow


class Failing(Exception):
    """What was looked at is not as it should be; the message is the evidence."""


class Inconclusive(Exception):
    """The probe could not tell; the message says why."""


@dataclass(frozen=True, slots=True)
class Probe:
    """`look` returns the evidence for a pass; it raises Failing or Inconclusive."""

    name: str
    scope: ProbeScope
    look: Callable[[Services], str]

    def result(self, ours: Services) -> ProbeResult:
        """Look once. An error of the probe itself is inconclusive: it may as well be us."""
        try:
            verdict, evidence = ProbeVerdict.PASS, self.look(ours)
        except Failing as failure:
            verdict, evidence = ProbeVerdict.FAIL, str(failure)
        except (Inconclusive, SiteSlow, httpx.TimeoutException) as error:
            verdict, evidence = ProbeVerdict.INCONCLUSIVE, f"could not tell: {error}"
        except (ShiploopError, httpx.HTTPError, RedisError) as error:
            verdict, evidence = ProbeVerdict.FAIL, f"no answer: {error}"
        return ProbeResult(self.name, verdict, evidence, self.scope)
