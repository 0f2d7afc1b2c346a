"""What people say of predictions: notes, tags, and what it really was. Never over what was heard.

A tag `speaker:NAME` says who speaks. A correction to what was heard anyway is an agreement.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.agreement import Agreement, Confusion
from webapp.selection import folded
from webapp.speech.emotions import Emotion
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.tables import Base, Correction, Note, Prediction, Tag
from webapp.transactions import reading, writing

LONGEST_NOTE = 2000
LONGEST_TAG = 64
MOST_TAGS = 20

SPEAKER = "speaker:"
"""Begins the tag that says who speaks."""

JOINERS = "\u200c\u200d"
"""Characters that are not seen, but without which some words and emoji are others."""

UNSEEN = ("Cc", "Cf", "Cs")
"""Kinds of characters that nobody can see, some of which turn round what stands beside them."""

Saying = type[Note] | type[Tag] | type[Correction]
"""A table of what people say."""


class NoSuchPrediction(SpeechError):
    """Nothing can be said of a prediction that is not there."""

    code = "no_such_prediction"

    def __init__(self) -> None:
        super().__init__(N_("This result is no longer there. It may have been deleted."))


class LongNote(SpeechError):
    """A note beyond the limit."""

    code = "long_note"

    def __init__(self) -> None:
        super().__init__(N_("A note has at most 2,000 characters. Make it shorter."))


class BadTag(SpeechError):
    """No tag can be called that."""

    code = "bad_tag"

    def __init__(self) -> None:
        super().__init__(N_("A tag has at most 64 characters and no comma. Make it shorter."))


class ManyTags(SpeechError):
    """More tags than one prediction can have."""

    code = "many_tags"

    def __init__(self) -> None:
        super().__init__(N_("A result has at most 20 tags. Leave some out."))


class UnknownEmotion(SpeechError):
    """None of the eight."""

    code = "unknown_emotion"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "That is none of the emotions neutral, calm, happy, sad, angry, fearful, disgust "
                "and surprised. Choose one of these."
            )
        )


@dataclass(frozen=True)
class Said:
    """What people say of one prediction."""

    note: str = ""
    tags: tuple[str, ...] = ()
    """Sorted."""
    correction: Emotion | None = None
    """What it really was."""

    @property
    def speaker(self) -> str | None:
        """Who speaks, if a tag says so."""
        named = (tag[len(SPEAKER) :].strip() for tag in self.tags if tag.startswith(SPEAKER))
        return next(filter(None, named), None)


def said(prediction_id: str) -> Said:
    """What people say of one prediction; nothing, where there is none of that id."""
    return said_of([prediction_id])[prediction_id]


def said_of(ids: Iterable[str]) -> dict[str, Said]:
    """What people say of some predictions; of each there is something, be it empty."""
    found = dict.fromkeys(ids, Said())
    with reading() as session:
        for note in session.scalars(select(Note).where(Note.prediction_id.in_(found))):
            found[note.prediction_id] = Said(note.text)
        tags = select(Tag).where(Tag.prediction_id.in_(found)).order_by(Tag.name)
        for tag in session.scalars(tags):
            one = found[tag.prediction_id]
            found[tag.prediction_id] = replace(one, tags=(*one.tags, tag.name))
        for row in session.scalars(select(Correction).where(Correction.prediction_id.in_(found))):
            one = found[row.prediction_id]
            found[row.prediction_id] = replace(one, correction=Emotion(row.emotion))
    return found


def describe(
    prediction_id: str, *, note: str | None = None, tags: Iterable[str] | None = None
) -> None:
    """Write a note, set the tags, or both at once; None leaves what is there.

    Raises `LongNote`, `BadTag` or `ManyTags`, and `NoSuchPrediction`; then nothing is changed.
    """
    text = None if note is None else _text(note)
    names = None if tags is None else _tags(tags)
    with _changing(prediction_id) as (session, prediction):
        if text is not None:
            notes = [Note(prediction_id=prediction_id, text=text)] if text else []
            _put(session, Note, prediction_id, notes)
            prediction.searched = folded(prediction.file_name, text)
        if names is not None:
            tags_now = [Tag(prediction_id=prediction_id, name=name) for name in names]
            _put(session, Tag, prediction_id, tags_now)


def write_note(prediction_id: str, text: str) -> None:
    """Write the note of a prediction; an empty one is none. Raises what `describe` raises."""
    describe(prediction_id, note=text)


def set_tags(prediction_id: str, names: Iterable[str]) -> None:
    """Set the tags of a prediction, all of them. Raises what `describe` raises."""
    describe(prediction_id, tags=names)


def correct(prediction_id: str, emotion: str | None, now: datetime) -> None:
    """Say what it really was; None takes that back.

    Raises `UnknownEmotion` and `NoSuchPrediction`.
    """
    if emotion is not None and emotion not in set(Emotion):
        raise UnknownEmotion
    with _changing(prediction_id) as (session, _):
        made = {"prediction_id": prediction_id, "created_at": now}
        rows = [] if emotion is None else [Correction(**made, emotion=Emotion(emotion))]
        _put(session, Correction, prediction_id, rows)


def known_tags(most: int = 50) -> Sequence[str]:
    """Tags that are given already, those given most often first."""
    often = func.count().desc()
    with reading() as session:
        tags = select(Tag.name).group_by(Tag.name).order_by(often, Tag.name).limit(most)
        return session.scalars(tags).all()


def agreement(model: str, version: str | None = None) -> Agreement:
    """How often people agreed with a model, in one version or, with None, in all."""
    confusion: Confusion = Counter()
    for (name, number), one in agreements().items():
        if name == model and version in (None, number):
            confusion.update(one.confusion)
    return Agreement(confusion)


def agreements() -> dict[tuple[str, str], Agreement]:
    """How often people agreed with each model, by name and version; none where nobody said."""
    keys = (Prediction.model, Prediction.model_version, Correction.emotion, Prediction.emotion)
    query = (
        select(*keys, func.count())
        .select_from(Correction)
        .join(Prediction, Prediction.id == Correction.prediction_id)
        .group_by(*keys)
    )
    found: dict[tuple[str, str], Confusion] = {}
    with reading() as session:
        for model, version, really, heard, count in session.execute(query):
            confusion = found.setdefault((model, version), Counter())
            confusion[Emotion(really), Emotion(heard)] = count
    return {key: Agreement(confusion) for key, confusion in found.items()}


@contextmanager
def _changing(prediction_id: str) -> Iterator[tuple[Session, Prediction]]:
    """A write about a prediction that is there to the end of it."""
    with writing() as session:
        prediction = session.get(Prediction, prediction_id)
        if prediction is None:
            raise NoSuchPrediction
        yield session, prediction


def _put(session: Session, table: Saying, prediction_id: str, rows: Sequence[Base]) -> None:
    """Put rows in the place of all that the table has about a prediction."""
    session.execute(delete(table).where(table.prediction_id == prediction_id))
    session.add_all(rows)


def _text(note: str) -> str:
    """A note without what nobody can see; raises `LongNote`."""
    text = _seen(note.replace("\r\n", "\n"), but=lambda char: char in "\n\t").strip()
    if len(text) > LONGEST_NOTE:
        raise LongNote
    return text


def _tags(names: Iterable[str]) -> Sequence[str]:
    """Tags, each once and sorted; raises `BadTag` and `ManyTags`."""
    tags = {" ".join(_seen(name, but=str.isspace).split()) for name in names} - {""}
    if any(len(tag) > LONGEST_TAG or "," in tag for tag in tags):
        raise BadTag
    if len(tags) > MOST_TAGS:
        raise ManyTags
    return sorted(tags)


def _seen(text: str, but: Callable[[str], bool]) -> str:
    """Text, composed as one types it, without control and direction characters but some."""
    kept = (
        char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in UNSEEN or char in JOINERS or but(char)
    )
    return "".join(kept)
