"""GitHub's OpenAPI descriptions as judges of what the sandbox sends."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry, Specification

_DOCUMENT = "urn:github"
_PARAMETER = re.compile(r"\{(\w+)\}")
_LONG_PARAMETERS = {"ref": ".+", "path": ".*", "basehead": ".+", "branch": ".+"}


@dataclass(frozen=True, slots=True)
class Operation:
    """A documented REST operation; `pointer` is its place in the description."""

    method: str
    template: str
    responses: Mapping[str, Any]
    pointer: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.template}"


class RestDescription:
    """The REST API (npm `@octokit/openapi`, OpenAPI 3.0)."""

    def __init__(self, path: Path) -> None:
        self._document = json.loads(path.read_text(), object_hook=_as_github_means_it)
        self._registry = _registry(self._document)
        self._templates = sorted(
            ((template, _matcher(template)) for template in self._document["paths"]),
            key=lambda item: -len(_PARAMETER.sub("", item[0])),  # the more literal, the better
        )

    def operation(self, method: str, path: str) -> Operation:
        """Find the operation that a request is for. Raises LookupError."""
        for template, matcher in self._templates:
            item = self._document["paths"][template]
            if matcher.fullmatch(path) and method.lower() in item:
                pointer = f"/paths/{_escape(template)}/{method.lower()}"
                return Operation(
                    method.lower(), template, item[method.lower()]["responses"], pointer
                )
        raise LookupError(f"GitHub documents no {method} {path}")

    def example(self, method: str, template: str, status: str) -> Any:
        """The answer that GitHub shows as an example of an operation."""
        response = self._document["paths"][template][method]["responses"][status]
        shown = next(iter(response["content"]["application/json"]["examples"].values()))
        if "$ref" in shown:
            shown = self._document["components"]["examples"][shown["$ref"].rpartition("/")[2]]
        return shown["value"]

    def problems(self, operation: Operation, status: int, body: object) -> Iterator[str]:
        """Yield what is wrong with a response that the operation documents."""
        pointer = f"{operation.pointer}/responses/{status}"
        response = operation.responses[str(status)]
        if "$ref" in response:
            pointer = response["$ref"].removeprefix("#")
            response = self._document["components"]["responses"][pointer.rpartition("/")[2]]
        content = response.get("content", {})
        if not content:
            yield from self.general_problems(status, body)
            return
        media_type = "application/json" if "application/json" in content else next(iter(content))
        reference = f"{_DOCUMENT}#{pointer}/content/{_escape(media_type)}/schema"
        validator = OAS30Validator({"$ref": reference}, registry=self._registry)
        yield from _sentences(validator.iter_errors(body))

    def general_problems(self, status: int, body: object) -> Iterator[str]:
        """Yield what is wrong with an answer that no operation describes for itself."""
        if status in (204, 304):
            if body is not None:
                yield "a body where GitHub sends none"
            return
        reference = f"{_DOCUMENT}#/components/schemas/basic-error"
        validator = OAS30Validator({"$ref": reference}, registry=self._registry)
        yield from _sentences(validator.iter_errors(body))


class WebhookDescription:
    """The webhooks (npm `@octokit/openapi-webhooks`, OpenAPI 3.1)."""

    def __init__(self, path: Path) -> None:
        self._document = json.loads(path.read_text())
        self._registry = _registry(self._document)

    def problems(self, event: str, headers: Mapping[str, str], payload: object) -> Iterator[str]:
        """Yield what is wrong with a delivery. Raises KeyError for an event that does not exist."""
        action = payload.get("action") if isinstance(payload, Mapping) else None
        name = "-".join([event, *([action] if action else [])]).replace("_", "-")
        post = self._document["webhooks"][name]["post"]
        sent = {header.lower() for header in headers}
        for parameter in post["parameters"]:
            if parameter.get("required") and parameter["name"].lower() not in sent:
                yield f"header {parameter['name']} is missing"
        pointer = f"/webhooks/{name}/post/requestBody/content/application~1json/schema"
        validator = OAS31Validator({"$ref": f"{_DOCUMENT}#{pointer}"}, registry=self._registry)
        yield from _sentences(validator.iter_errors(payload))


def _as_github_means_it(schema: dict[str, Any]) -> dict[str, Any]:
    """Add null to the values of a nullable enum, and take discriminators away.

    OpenAPI 3.0 wants null listed; GitHub means it, and leaves it out on purpose
    (https://github.com/github/rest-api-description/issues/3667).
    """
    # A hint for reading alone, and of a directory, which is a list, GitHub gives a wrong one.
    schema.pop("discriminator", None)
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list):
        schema["enum"] = [*schema["enum"], None]
    return schema


def _registry(document: Mapping[str, Any]) -> Any:
    return Registry().with_resource(_DOCUMENT, Specification.OPAQUE.create_resource(document))


def _sentences(errors: Iterable[Any]) -> Iterator[str]:
    """Say what is wrong; of a oneOf or anyOf, what is wrong the deepest."""
    for error in errors:
        deepest = error
        while deepest.context:
            deepest = max(deepest.context, key=lambda inner: len(inner.absolute_path))
        yield f"{deepest.json_path}: {deepest.message[:200]}"


def _matcher(template: str) -> re.Pattern[str]:
    """A path's pattern; a ref, a path or a basehead may hold slashes."""
    literal_and_names = _PARAMETER.split(template)
    parts = [
        re.escape(part) if index % 2 == 0 else _LONG_PARAMETERS.get(part, "[^/]+")
        for index, part in enumerate(literal_and_names)
    ]
    return re.compile("".join(parts))


def _escape(segment: str) -> str:
    """Escape a JSON Pointer segment for a URI fragment (RFC 6901)."""
    escaped = segment.replace("~", "~0").replace("/", "~1")
    return escaped.replace("{", "%7B").replace("}", "%7D")
