"""Reads the objectives from their OpenSLO file (https://github.com/OpenSLO/OpenSLO, v1)."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from shiploop.domain.objectives.slo import Indicator, Period, Slo
from shiploop.errors import PermanentError

_ALERT = "shiploop/alert-"


class ObjectivesUnreadable(PermanentError):
    """The file of the objectives does not say what we need to know."""


def read_objectives(path: Path) -> tuple[Slo, ...]:
    """All objectives of the file, in its order. Raises ObjectivesUnreadable."""
    try:
        documents = list(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader))
        return tuple(_slo(each) for each in documents if each["kind"] == "SLO")
    except OSError as error:
        raise ObjectivesUnreadable(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, KeyError, IndexError, TypeError, ValueError) as error:
        raise ObjectivesUnreadable(f"{path}: {error!r}") from error


def _slo(document: Mapping[str, Any]) -> Slo:
    metadata, spec = document["metadata"], document["spec"]
    objective = spec["objectives"][0]
    alert = {
        name.removeprefix(_ALERT): value
        for name, value in metadata["annotations"].items()
        if name.startswith(_ALERT)
    }
    target = _share(objective["target"])
    if "value" in objective and objective["op"] != "lte":
        raise ValueError(f"{metadata['name']}: only `op: lte` is known")
    return Slo(
        name=metadata["name"],
        title=metadata["displayName"],
        description=spec["description"],
        indicator=Indicator(spec["indicator"]["metadata"]["name"]),
        period=Period(spec["timeWindow"][0]["duration"]),
        target=target,
        alert_target=_share(alert["target"]) if "target" in alert else target,
        limit_ms=int(objective["value"]) if "value" in objective else None,
        alert_limit_ms=int(alert["value"]) if "value" in alert else None,
    )


def _share(value: object) -> Fraction:
    share = Fraction(str(value))  # exactly what is written: 0.95 is no binary number
    if not 0 < share < 1:
        raise ValueError(f"{value} is not between 0 and 1")
    return share
