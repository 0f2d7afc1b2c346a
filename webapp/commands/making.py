"""`flask make-log`: a log of predictions that nobody made, to try and to measure with."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, insert, select

from webapp import prediction_log
from webapp.selection import folded
from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark
from webapp.submission import desk
from webapp.tables import Base, Batch, Correction, Job, Note, Prediction, Source, State, Tag, new_id
from webapp.transactions import writing

PIECE = 5_000
"""Predictions that are made and written at a time."""

TOGETHER = 50
"""Recordings in each batch."""

DAYS = 365
"""Over so many days they are spread."""

THRESHOLD = 0.5
"""From so much confidence on an emotion is named."""

PEOPLE = ("Ana", "Björn", "Chloé", "Đorđe", "Emre", "Frieda", "Γιώργος", "Hana", "Ιωάννα", "Łukasz")
PLACES = ("kitchen", "Straße", "train", "office", "garden", "telephone", "studio", "café")
REMARKS = ("laughs at the end", "two people speak", "ask again", "noise from outside", "tired")
TAGS = ("interview", "family", "test", "doubtful", "to check", "training", "noisy")

Row = dict[str, Any]


@click.command("make-log")
@click.argument("number", metavar="N", type=click.IntRange(1, 10_000_000))
@click.option("--add", is_flag=True, help="Add them to a log that is not empty.")
@click.option("--seed", default=0, show_default=True, help="Another one makes other predictions.")
@with_appcontext
def make_log(number: int, add: bool, seed: int) -> None:
    """Fill the log with N made-up predictions of the last year, without recordings.

    For trying and measuring only: nobody said anything, and no model heard anything.
    """
    if prediction_log.count() and not add:
        raise click.ClickException(
            "The log is not empty. Made-up predictions would stand among true ones: name an empty "
            "folder in TONELOG_INSTANCE, or say --add."
        )
    begun = time.perf_counter()
    maker = Maker(random.Random(seed), sorted(desk().recognizers), desk().now(), number)  # noqa: S311
    for start in range(0, number, PIECE):
        _write(maker, range(start, min(start + PIECE, number)))
    seconds = time.perf_counter() - begun
    click.echo(f"{number:,} made-up predictions were logged in {seconds:.1f} seconds.")


def _write(maker: "Maker", numbers: range) -> None:
    """Make some predictions and what belongs to them, and write all of it at once."""
    with writing() as session:
        place = session.scalar(select(func.max(Prediction.place))) or 0
        rows: dict[type[Base], list[Row]] = {}
        for number in numbers:
            place += 1
            for table, row in maker.made(number, place):
                rows.setdefault(table, []).append(row)
        for table, some in rows.items():
            session.execute(insert(table), some)


class Maker:
    """Makes up predictions, and what people say of them."""

    def __init__(
        self, chance: random.Random, models: Sequence[str], now: datetime, of: int
    ) -> None:
        self._chance, self._models, self._now = chance, models, now
        self._step = timedelta(days=DAYS) / of
        self._batch: Row = {}

    def made(self, number: int, place: int) -> Iterator[tuple[type[Base], Row]]:
        """A prediction and the rows that go with it, by table."""
        prediction = self._prediction(number, place)
        name, own = prediction["file_name"], {"prediction_id": prediction["id"]}
        note = self._chance.choice(REMARKS) if self._chance.random() < 0.1 else None
        if number // TOGETHER % 10 == 0:
            yield from self._in_batch(prediction, number % TOGETHER)
        yield Prediction, {**prediction, "searched": folded(name, note)}
        if note is not None:
            yield Note, {**own, "text": note}
        for tag in self._tags(name):
            yield Tag, {**own, "name": tag}
        if self._chance.random() < 0.1:
            right = self._chance.random() < 0.6
            emotion = prediction["emotion"] if right else self._chance.choice(list(Emotion))
            said = {"emotion": emotion, "created_at": prediction["created_at"]}
            yield Correction, {**own, **said}

    def _prediction(self, number: int, place: int) -> Row:
        chance = self._chance
        shares = self._shares()
        emotion = max(shares, key=lambda one: shares[one])
        since = timedelta(days=DAYS) - self._step * (number + chance.random())
        name = f"{chance.choice(PEOPLE)} {chance.choice(PLACES)} {number:06}.wav"
        return {
            "id": new_id(),
            "place": place,
            "created_at": self._now - since,
            "source": chance.choice([one for one in Source if one is not Source.BATCH]),
            "file_name": name,
            "content_hash": f"{chance.getrandbits(256):064x}",
            "seconds": round(chance.lognormvariate(1.2, 0.7), 3),
            "model": chance.choice(self._models),
            "model_version": "made-up",
            "probabilities": shares,
            "emotion": emotion,
            "confidence": shares[emotion],
            "named": shares[emotion] >= THRESHOLD,
            "remarks": [chance.choice(list(Remark))] if chance.random() < 0.1 else [],
            "milliseconds": round(chance.uniform(4, 40), 1),
            "audio_name": None,
            "batch_id": None,
        }

    def _shares(self) -> Mapping[str, float]:
        """Probabilities of all emotions, of which one often stands out."""
        weights = [self._chance.expovariate(1) ** 3 for _ in Emotion]
        return {
            one: round(weight / sum(weights), 4)
            for one, weight in zip(Emotion, weights, strict=True)
        }

    def _tags(self, name: str) -> list[str]:
        tags = [tag for tag in TAGS if self._chance.random() < 0.03]
        return [*tags, f"speaker:{name.split()[0]}"] if self._chance.random() < 0.2 else tags

    def _in_batch(self, prediction: Row, place: int) -> Iterator[tuple[type[Base], Row]]:
        """Put a prediction into a batch, whose row comes with its first one."""
        if place == 0:
            made = {"created_at": prediction["created_at"], "model": prediction["model"]}
            self._batch = {"id": new_id(), "name": f"{prediction['file_name']} and more", **made}
            yield Batch, self._batch
        prediction |= {"batch_id": self._batch["id"], "source": Source.BATCH}
        same = ("id", "batch_id", "created_at", "file_name", "source", "model")
        done = {"state": State.DONE, "share": 1.0, "attempts": 1, "size": 0, "place": place}
        yield Job, {**{name: prediction[name] for name in same}, **done}
