"""The description of the API in OpenAPI 3.1, made from its operations and shapes."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from webapp.api import asked, shapes
from webapp.api.operation import SOUND, Answer, Operation
from webapp.errors import PROBLEM, Failure, status
from webapp.guard import refusals
from webapp.speech.errors import SpeechError

SCHEMAS = "#/components/schemas/{name}"

EVERYWHERE = (refusals.WrongHost, refusals.Stranger, refusals.CountsAway)
"""What may turn any request away."""

CHANGING = (refusals.Foreign,)
"""The same of those that change something."""

LOCKED = (refusals.TokenNeeded, refusals.WrongToken, refusals.TooOften)
"""And where a password is set."""

OTHERS: Mapping[int, str] = {404: "not_found", 503: "log_unavailable"}
"""Codes of failures that are no `SpeechError`."""

ABOUT = (
    "Hear recordings and work with what was heard. Nothing that is sent here leaves the machine "
    "that answers. Where a password is set, each request needs a token, which "
    "`flask token make NAME` makes."
)


def specification(operations: Iterable[Operation], models: Iterable[str], locked: bool) -> Any:
    """The whole description.

    `models` are those that can hear; `locked`: a password is set, so that a token is needed.
    """
    found = list(operations)
    schemas = _schemas(found)
    _fill(schemas, sorted(models))
    paths: dict[str, Any] = {}
    for one in found:
        described = _operation(one, schemas, locked)
        paths.setdefault(_path(one), {})[one.method.lower()] = described
    token = {"type": "http", "scheme": "bearer", "description": "Made by `flask token make NAME`."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonelog", "version": "1", "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}] if locked else [],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": token}},
    }


def problems(one: Operation, locked: bool = True) -> dict[int, dict[str, str]]:
    """How an operation may fail: by status each code and what it says, in a few words."""
    changing = one.method != "GET"
    kinds = (
        *one.problems,
        *EVERYWHERE,
        *(CHANGING if changing else ()),
        *(LOCKED if locked else ()),
    )
    found: dict[int, dict[str, str]] = {}
    for kind in kinds:
        found.setdefault(status(kind), {})[kind.code] = _words(kind)
    for number in (*one.statuses, 503):
        title = Failure(number, "", "").title
        found.setdefault(number, {}).setdefault(OTHERS[number], f"{title}.")
    return dict(sorted(found.items()))


def _operation(one: Operation, schemas: Mapping[str, Any], locked: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.group],
        "summary": one.summary,
        "description": one.words,
        "parameters": [*_path_parameters(one), *_query_parameters(one, schemas)],
        "responses": {
            **{str(number): _answer(answer) for number, answer in one.answers.items()},
            **{str(number): _problem(codes) for number, codes in problems(one, locked).items()},
        },
    }
    if one.body:
        content = {kind: _content(shape) for kind, shape in one.body.items()}
        described["requestBody"] = {"required": True, "content": content}
    return {name: value for name, value in described.items() if value not in ("", [])}


def _path(one: Operation) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", one.path)


def _path_parameters(one: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"<(\w+)>", one.path):
        schema = {"type": "string", "pattern": shapes.ID}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(one: Operation, schemas: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    properties = {} if one.query is None else schemas[one.query.__name__]["properties"]
    for name, schema in properties.items():
        words = {"description": schema["description"]} if "description" in schema else {}
        yield {"name": name, "in": "query", **words, "schema": schema}


def _content(shape: Any) -> dict[str, Any]:
    """What a body holds. Bytes have no schema; a form says what its files are."""
    if shape is SOUND:
        return {}
    content: dict[str, Any] = {"schema": {"$ref": SCHEMAS.format(name=shape.__name__)}}
    if shape is asked.Recording:
        content["encoding"] = {"audio": {"contentType": "audio/*"}}
    return content


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.words}
    if answer.kind is not None:
        described["content"] = {answer.kind: _content(answer.document or SOUND)}
    for name, words in answer.headers.items():
        header = {"description": words, "required": True, "schema": {"type": "string"}}
        described.setdefault("headers", {})[name] = header
    for name, place in answer.links.items():
        parameters = {"id": f"$response.body#/{place}"}
        described.setdefault("links", {})[name] = {"operationId": name, "parameters": parameters}
    return described


def _problem(codes: Mapping[str, str]) -> dict[str, Any]:
    told = "\n".join(f"- `{code}`: {words}" for code, words in codes.items())
    schema = {"$ref": SCHEMAS.format(name="Problem")}
    return {"description": told, "content": {PROBLEM: {"schema": schema}}}


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """Schemas of all shapes, and of those in them."""
    used: dict[str, Any] = {"Problem": shapes.Problem}
    for one in operations:
        documents = (answer.document for answer in one.answers.values())
        for shape in (one.query, *one.body.values(), *documents):
            if isinstance(shape, type):
                used[shape.__name__] = shape
    _, components = msgspec.json.schema_components(
        used.values(), ref_template=SCHEMAS, schema_hook=lambda _: {"description": "Any JSON."}
    )
    schemas: dict[str, Any] = msgspec.to_builtins(components)
    return schemas


def _fill(schema: Any, models: list[str]) -> None:
    """Name the models wherever a schema asks for one."""
    if isinstance(schema, dict):
        if schema.get("format") == "model":
            del schema["format"]
            schema["enum"] = models
        for part in schema.values():
            _fill(part, models)
    elif isinstance(schema, list):
        for part in schema:
            _fill(part, models)


def _words(kind: type[SpeechError]) -> str:
    """What a kind of failure is, in the words of the code."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
