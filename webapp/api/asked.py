"""What programs send: queries, forms and bodies. The description of the API is made from these."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from webapp.api.shapes import Document, Id
from webapp.sayings import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS
from webapp.selection import LONGEST, MOST_WORDS, Corrected
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Share
from webapp.tables import Source

MOST, USUAL = 200, 50
"""Things in an answer that lists some: at most, and where nothing else is asked for."""

PLACE = r"^[0-9]{1,18}$"
MARK = r"^[0-9]{1,16}\.[A-Za-z0-9_-]{1,32}$"
"""Where lists go on: those by place in the log, and those by time."""

WORD = r"[^\s\x1c-\x1f\x85]+"
"""Without what Python takes for a space, too."""

Text = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_TAG)]
Sound = Annotated[
    str,
    Meta(extra_json_schema={"format": "binary", "contentMediaType": "application/octet-stream"}),
]
ModelName = Annotated[str, Meta(extra_json_schema={"format": "model"})]
"""Of one that can hear; the description lists those."""
Limit = Annotated[int, Meta(ge=1, le=MOST, description="How many at most.")]


class Saying(Document, frozen=True, kw_only=True):
    """What to change of what people say about a prediction; what is left out stays."""

    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] | UnsetType = UNSET
    tags: (
        Annotated[
            list[Annotated[str, Meta(max_length=LONGEST_TAG, pattern=r"^[^,]*$")]],
            Meta(max_length=MOST_TAGS, description="All of them; `speaker:NAME` says who speaks."),
        ]
        | UnsetType
    ) = UNSET


class Really(Document, frozen=True, kw_only=True):
    """What it really was."""

    emotion: Emotion


class Recording(Document, frozen=True, kw_only=True):
    """A form with a recording."""

    audio: Sound
    model: ModelName | UnsetType = UNSET


class Recordings(Document, frozen=True, kw_only=True):
    """A form with several recordings."""

    audio: Annotated[list[Sound], Meta(min_length=1)]
    model: ModelName | UnsetType = UNSET


class Hearing(Document, frozen=True, kw_only=True):
    """How a recording is to be heard that comes without a form."""

    model: Annotated[ModelName, Meta(description="Who is to hear it.")] | UnsetType = UNSET
    file: Annotated[Text, Meta(description="What to call it.")] | UnsetType = UNSET


class Part(Document, frozen=True, kw_only=True):
    """Which part of a list by time."""

    cursor: Annotated[str, Meta(pattern=MARK)] | UnsetType = UNSET
    limit: Limit = USUAL


class Wanted(Document, frozen=True, kw_only=True):
    """Which predictions, and which part of their list."""

    emotion: Emotion | UnsetType = UNSET
    named: Annotated[bool, Meta(description="Whether it was named.")] | UnsetType = UNSET
    model: Name | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    since: Annotated[date, Meta(description="A day in UTC.")] | UnsetType = UNSET
    until: Annotated[date, Meta(description="A day in UTC, included.")] | UnsetType = UNSET
    at_least: Annotated[Share, Meta(description="Least confidence.")] | UnsetType = UNSET
    at_most: Annotated[Share, Meta(description="Greatest confidence.")] | UnsetType = UNSET
    batch: Id | UnsetType = UNSET
    tag: Name | UnsetType = UNSET
    corrected: (
        Annotated[Corrected, Meta(description="What people say of the label.")] | UnsetType
    ) = UNSET
    words: (
        Annotated[
            str,
            Meta(
                max_length=LONGEST,
                pattern=rf"^{WORD}( {WORD}){{0,{MOST_WORDS - 1}}}$",
                description="Each of these stands in its name or note.",
            ),
        ]
        | UnsetType
    ) = UNSET
    cursor: Annotated[str, Meta(pattern=PLACE)] | UnsetType = UNSET
    limit: Limit = USUAL
