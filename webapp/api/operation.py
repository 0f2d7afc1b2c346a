"""What an address of the API does, in a form that the server and its description share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from flask.typing import ResponseReturnValue

from webapp.speech.errors import SpeechError

View = Callable[..., ResponseReturnValue]

SOUND = "audio/*"
"""Stands for a recording of whatever kind."""


@dataclass(frozen=True)
class Answer:
    """An answer where all went well."""

    words: str
    document: Any = None
    """The type of its JSON; None where it has none."""
    kind: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    """What each of its headers says."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Operations that go on from it, each with the field of the answer that gives them the id."""


NOTHING = Answer("Done. There is nothing to tell.", kind=None)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    """Below /api/v1, as in `/predictions/<id>`."""
    view: View
    answers: Mapping[int, Answer]
    query: type[msgspec.Struct] | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    """By media type: the struct that it holds, or `SOUND`."""
    problems: tuple[type[SpeechError], ...] = ()
    statuses: tuple[int, ...] = ()
    """Of failures that are none of ours, such as 404."""

    @property
    def name(self) -> str:
        """What it is called: as its view."""
        return self.view.__name__

    @property
    def group(self) -> str:
        """What it is about: the first word of its path."""
        return self.path.split("/")[1]

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return (self.view.__doc__ or "").partition("\n")[0]

    @property
    def words(self) -> str:
        """What else there is to say."""
        lines = (self.view.__doc__ or "").partition("\n")[2].splitlines()
        return "\n".join(line.strip() for line in lines).strip()


def operation(method: str, path: str, **more: Any) -> Callable[[View], Operation]:
    """Make an operation of a view."""
    return lambda view: Operation(method=method, path=path, view=view, **more)
