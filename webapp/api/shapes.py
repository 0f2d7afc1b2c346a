"""The documents in which the API answers. Its description is made from these."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Share
from webapp.speech.quality import Remark
from webapp.tables import Source, State

ID = r"^[A-Za-z0-9_-]{1,32}$"
"""Names that are made up here, and names of models."""

Id = Annotated[str, Meta(pattern=ID)]
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="In UTC.")]
Next = Annotated[
    str | None,
    Meta(description="What to send as `cursor` for those that follow; null at the end."),
]


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all: immutable, and an unknown field is an error."""


class Error(Document, frozen=True, kw_only=True):
    """Why something was not heard."""

    code: str
    sentence: str


class Problem(Document, frozen=True, kw_only=True):
    """A failure, after RFC 9457."""

    type: Annotated[str, Meta(description="Where the failure is described.")]
    title: str
    status: int
    detail: Annotated[str, Meta(description="What happened and what to do next.")]
    code: Annotated[str, Meta(description="Stable: programs may rely on it.")]
    instance: Annotated[str, Meta(description="The address that was asked for.")]


class Segment(Document, frozen=True, kw_only=True):
    """A stretch of a recording in which the same is heard."""

    start: Seconds
    end: Seconds
    speech: bool
    emotion: Emotion | UnsetType = UNSET
    confidence: Share | UnsetType = UNSET
    named: bool | UnsetType = UNSET
    unlike: bool | UnsetType = UNSET
    probabilities: dict[Emotion, Share] | UnsetType = UNSET


class Prediction(Document, frozen=True, kw_only=True):
    """What was heard in a recording, and what people say of it."""

    id: Id
    created_at: Moment
    file: str
    source: Source
    seconds: Annotated[float, Meta(ge=0, description="How long the recording is.")]
    sha256: str
    model: str
    model_version: str
    emotion: Annotated[Emotion, Meta(description="The likeliest, named or not.")]
    confidence: Annotated[float, Meta(ge=0, le=1, description="Its calibrated probability.")]
    named: Annotated[bool, Meta(description="Whether that was enough for it to be named.")]
    probabilities: dict[Emotion, Share]
    remarks: list[Remark]
    milliseconds: Annotated[float, Meta(ge=0, description="Time that hearing took.")]
    has_audio: bool
    batch: Id | None
    note: str
    tags: list[str]
    correction: Annotated[Emotion | None, Meta(description="What people say it really was.")]
    segments: list[Segment] | UnsetType = UNSET
    """Over the time of a longer recording; lists leave it out."""


class Predictions(Document, frozen=True, kw_only=True):
    """Some predictions, newest first."""

    items: list[Prediction]
    next: Next


class Correction(Document, frozen=True, kw_only=True):
    """What somebody says a recording really was, beside what was heard in it."""

    prediction: Id
    emotion: Annotated[Emotion, Meta(description="What it really was.")]
    heard: Annotated[Emotion, Meta(description="What the model took for the likeliest.")]
    model: str
    model_version: str
    created_at: Moment


class Corrections(Document, frozen=True, kw_only=True):
    """Some corrections, newest first."""

    items: list[Correction]
    next: Next


class Job(Document, frozen=True, kw_only=True):
    """A recording that is heard while nobody waits. Its prediction gets the same id."""

    id: Id
    state: State
    created_at: Moment
    file: str
    size: Annotated[int, Meta(ge=0, description="Bytes.")]
    model: str
    share: Annotated[float, Meta(ge=0, le=1, description="How much of it is heard.")]
    worker: Annotated[bool, Meta(description="Whether a worker runs that hears jobs.")]
    error: Error | None
    status: Annotated[str, Meta(description="The address that tells how far it is.")]
    prediction: Annotated[str | None, Meta(description="Address of what was heard, once it was.")]


class File(Document, frozen=True, kw_only=True):
    """A recording of a batch, and what came of it."""

    id: Id
    file: str
    state: State
    emotion: Annotated[Emotion | None, Meta(description="The likeliest, once it was heard.")]
    confidence: Share | None
    named: bool | None
    error: Error | None
    prediction: Annotated[str | None, Meta(description="Address of what was heard, once it was.")]


class Batch(Document, frozen=True, kw_only=True):
    """Recordings that were sent together."""

    id: Id
    created_at: Moment
    name: str
    model: str
    files: Count
    heard: Annotated[int, Meta(ge=0, description="How many were heard.")]
    open: Annotated[int, Meta(ge=0, description="How many are still to be heard.")]


class Batches(Document, frozen=True, kw_only=True):
    """Some batches, newest first."""

    items: list[Batch]
    next: Next


class WholeBatch(Batch, frozen=True, kw_only=True):
    """A batch with all its recordings."""

    items: list[File]


class Model(Document, frozen=True, kw_only=True):
    """A model that hears here, and its card."""

    name: str
    default: Annotated[bool, Meta(description="Whether it hears where nobody chose another.")]
    missing: Annotated[str | None, Meta(description="What it needs before it can hear.")]
    card: Card


class Models(Document, frozen=True, kw_only=True):
    """All models."""

    items: list[Model]
