"""Reads the probes of production from their file, and says what is wrong in it, line by line."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import httpx
import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from shiploop.domain.limits import (
    MAX_PROBE_FILE_BYTES,
    MAX_PROBE_TEXT_CHARACTERS,
    MAX_PROBE_TIMEOUT_S,
    MAX_PROBES,
)
from shiploop.domain.production.probe import ProbeScope
from shiploop.domain.production.probe_definition import (
    Address,
    Header,
    JsonValue,
    Look,
    Method,
    Place,
    Probe,
    place_of,
)
from shiploop.errors import PermanentError
from shiploop.yaml_tree import YamlUnreadable, compose, line_of, plain

_VARIABLE: Final = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]{0,99}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, 5.1
# A header that is called like one of these opens something.
_OPENS: Final = ("auth", "bypass", "cookie", "key", "password", "secret", "token")
_NO_ADDRESS: Final = "`url` is a path of the site as /faq, {faq}, {api}/…, or begins with https://"

VariableOf = Callable[[str], str | None]


class ProbesUnreadable(PermanentError):
    """The file of the probes does not say what is to be looked at; the message says where."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, int) else value


def _scalar(value: object) -> object:
    if not isinstance(value, str | int | float):
        raise ValueError("it is a text, a number, true or false")
    return value


_Text = Annotated[str, Field(min_length=1, max_length=MAX_PROBE_TEXT_CHARACTERS)]
_Status = Annotated[int, Field(ge=100, le=599)]


class _JsonValue(_Strict):
    at: _Text
    equals: Annotated[Any, BeforeValidator(_scalar)] = None


class _Probe(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    look: Literal["runners", "redis", "prefect", "sentry-issues"] | None = None
    url: _Text | None = None
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: Annotated[dict[str, _Text], Field(max_length=MAX_PROBES)] = {}
    status: Annotated[list[_Status], BeforeValidator(_as_list), Field(min_length=1)] = [200]
    text: _Text | None = None
    json_value: Annotated[_JsonValue | None, Field(alias="json")] = None
    timeout_s: Annotated[float, Field(gt=0, le=MAX_PROBE_TIMEOUT_S, strict=False)] = 5.0
    role: Literal["deciding", "observing"] = "deciding"
    of: Literal["site", "platform"] | None = None
    if_there: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> "_Probe":
        if (self.url is None) == (self.look is None):
            raise ValueError("it needs `url` or `look`, and not both")
        faults = _faults_of_look(self) if self.url is None else _faults_of_address(self, self.url)
        if fault := next(faults, None):
            raise ValueError(fault)
        return self

    @property
    def scope(self) -> ProbeScope:
        if self.role == "observing":
            return ProbeScope.OBSERVED
        is_platform = self.of == "platform" or (self.url is None or place_of(self.url) is Place.API)
        return ProbeScope.PLATFORM if is_platform else ProbeScope.SITE


class _File(_Strict):
    probes: Annotated[list[_Probe], Field(min_length=1, max_length=MAX_PROBES)]


def read_probes(path: Path, variable_of: VariableOf) -> tuple[Probe, ...]:
    """All probes of the file, in its order. Raises ProbesUnreadable.

    `variable_of` gives the value of a variable of the environment, None where it is not set.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_PROBE_FILE_BYTES + 1)
    except OSError as error:
        raise ProbesUnreadable(f"{path} cannot be read: {error.strerror}") from error
    try:
        return parse_probes(text, variable_of)
    except ProbesUnreadable as error:
        raise ProbesUnreadable(f"{path}: {error}") from error


def parse_probes(text: bytes, variable_of: VariableOf) -> tuple[Probe, ...]:
    """The same of what stands in the file. Raises ProbesUnreadable, with a sentence a mistake."""
    try:
        tree = compose(text, MAX_PROBE_FILE_BYTES)
        told = plain(tree)
    except YamlUnreadable as error:
        raise ProbesUnreadable(str(error)) from error
    try:
        file = _File.model_validate(told)
    except ValidationError as error:
        wrong = (
            f"{_place(tree, told, each['loc'])}: {_fault(each['type'], each['msg'])}"
            for each in error.errors()
        )
        raise ProbesUnreadable("; ".join(wrong)) from error
    faults = _faults_of_all(file.probes)
    faults += [
        f"{_place(tree, told, ('probes', number, 'headers', name))}: {fault}"
        for number, each in enumerate(file.probes)
        for name, value in each.headers.items()
        if (fault := _fault_of_header(name, value, variable_of))
    ]
    if faults:
        raise ProbesUnreadable("; ".join(faults))
    return tuple(_probe(each, variable_of) for each in file.probes)


def variables_of(probes: Sequence[Probe]) -> Mapping[str, str]:
    """The variables that the probes name, which are secret, and their values."""
    asked = (probe.asks for probe in probes if isinstance(probe.asks, Address))
    headers = (header for address in asked for header in address.headers)
    return {header.variable: header.value for header in headers if header.variable}


def _probe(told: _Probe, variable_of: VariableOf) -> Probe:
    if told.url is None:
        return Probe(told.name, told.scope, Look(str(told.look)))
    wanted = told.json_value
    asked = Address(
        url=told.url,
        method=Method(told.method),
        headers=tuple(_header(name, value, variable_of) for name, value in told.headers.items()),
        statuses=tuple(told.status),
        text=told.text or "",
        json=JsonValue(tuple(wanted.at.split(".")), wanted.equals) if wanted else None,
        timeout_s=told.timeout_s,
        if_there=told.if_there,
    )
    return Probe(told.name, told.scope, asked)


def _header(name: str, value: str, variable_of: VariableOf) -> Header:
    if not value.startswith("$"):
        return Header(name, value)
    return Header(name, variable_of(value[1:]) or "", value[1:])


def _faults_of_look(told: _Probe) -> Iterator[str]:
    if beside := sorted(told.model_fields_set - {"name", "look", "url", "role"}):
        yield f"beside `look` there is no `{beside[0].removesuffix('_value')}`"
    if told.look != "runners" and told.role == "deciding":
        yield f"{told.look} decides nothing: write `role: observing`"


def _faults_of_address(told: _Probe, url: str) -> Iterator[str]:
    place = place_of(url)
    if place is None or not _can_be_asked(url, place):
        yield _NO_ADDRESS
    if place is Place.ELSEWHERE and told.of is None and told.role == "deciding":
        yield "a whole address needs `of: site`, which a deploy can break, or `of: platform`"
    if place is not Place.ELSEWHERE and told.of is not None:
        yield "`of` is for whole addresses: what these are of is known"
    if told.method == "HEAD" and (told.text or told.json_value):
        yield "what a HEAD answers has no text"


def _can_be_asked(url: str, place: Place) -> bool:
    whole = url if place is Place.ELSEWHERE else f"https://site{url}"
    try:
        asked, host = httpx.URL(whole), urlsplit(whole).hostname
    except (httpx.InvalidURL, ValueError):
        return False
    is_plain = url.isprintable() and " " not in url and "#" not in url
    return is_plain and bool(host) and not asked.userinfo


def _faults_of_all(probes: Sequence[_Probe]) -> list[str]:
    times = Counter(each.name for each in probes)
    faults = [f"{count} probes are called {name!r}" for name, count in times.items() if count > 1]
    if all(each.scope is not ProbeScope.SITE for each in probes):
        faults.append("no probe of the site decides, so that no deploy could be judged")
    return faults


def _fault_of_header(name: str, value: str, variable_of: VariableOf) -> str:
    if not _HEADER_NAME.fullmatch(name):
        return "no header is called so"
    if "$" not in value:
        if any(word in name.casefold() for word in _OPENS):
            return "a secret is no part of the file: name a variable, as $SITE_TOKEN"
        return "" if _may_be_sent(value) else "its value cannot be sent"
    if not _VARIABLE.fullmatch(value):
        return "a variable is named alone, as $SITE_TOKEN"
    told = variable_of(value[1:])
    if not told:
        return f"{value[1:]} is not set"
    return "" if _may_be_sent(told) else f"the value of {value[1:]} cannot be sent"


def _may_be_sent(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _place(tree: yaml.Node, told: object, location: Sequence[int | str]) -> str:
    """Where a mistake is: its line, the name of the probe, and its keys."""
    where = f"line {line_of(tree, location)}"
    match told, location:
        case {"probes": [*probes]}, ["probes", int(number), *_] if number < len(probes):
            where += f", probe {_name_of(probes[number]) or number + 1}"
            location = location[2:]
    keys = ".".join(str(each) for each in location if each != "[key]")
    return f"{where}, {keys}" if keys else where


def _name_of(probe: object) -> str:
    match probe:
        case {"name": str(name)}:
            return repr(name[:40])
        case _:
            return ""


def _fault(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "there is no such key"
        case "missing":
            return "it is missing"
        case "model_type":
            return "keys with their values are to stand here"
        case _:
            told = message.removeprefix("Value error, ")
            return told[:1].lower() + told[1:]
