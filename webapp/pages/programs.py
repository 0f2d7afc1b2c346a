"""For programs: what the API can do, and short recipes. Made from its description."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template

from webapp.api.operation import Operation
from webapp.api.routes import OPERATIONS, described
from webapp.api.specification import problems
from webapp.config import ROOT

blueprint = Blueprint("programs", __name__)

LANGUAGES = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}
"""Of the recipes: the name of each file in templates/recipes, and what people call it."""

ANYWHERE = (
    ("method_not_allowed", 405, "This address does not answer that kind of request."),
    ("internal_server_error", 500, "Something broke here and was noted down."),
)
"""Codes of failures that no operation means to have."""

RANGES = {
    "minimum": "at least {:g}",
    "maximum": "at most {:g}",
    "maxLength": "at most {:,} characters",
    "maxItems": "at most {:g}",
}
"""What narrows a value, in words."""


@blueprint.get("/api/")
def show() -> str:
    """The description of the API, for people."""
    whole = described()
    paths = whole["paths"].values()
    return render_template(
        "programs.html",
        recipes=[(title, recipe(name)) for name, title in LANGUAGES.items()],
        groups=[(name, list(some)) for name, some in groupby(OPERATIONS, _group)],
        described={one["operationId"]: one for each in paths for one in each.values()},
        documents=_documents(whole["components"]["schemas"]),
        failures=_failures(),
        failing=problems,
        kind=kind,
    )


def recipe(name: str) -> str:
    """The recipes in a language: a script that runs as it stands."""
    path = ROOT / "templates" / "recipes" / f"{name}.txt"
    return path.read_text(encoding="utf-8").strip()


def kind(schema: Mapping[str, Any]) -> str:
    """What a value is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind(schema['additionalProperties'])}"
    told = [schema.get("format") or schema.get("type", "anything")]
    told += [words.format(schema[name]) for name, words in RANGES.items() if name in schema]
    return ", ".join(told)


def _group(one: Operation) -> str:
    return one.group


def _documents(schemas: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Documents with fields, and lists of values, by name; queries stand with their operation."""
    queries = {one.query.__name__ for one in OPERATIONS if one.query is not None}
    return ((name, schemas[name]) for name in sorted(schemas.keys() - queries))


def _failures() -> list[tuple[str, int, str]]:
    """Every code, its status, and what it says."""
    found = {
        (code, status, words)
        for one in OPERATIONS
        for status, codes in problems(one).items()
        for code, words in codes.items()
    }
    return sorted({*found, *ANYWHERE})
