"""The one way from bytes to a logged prediction. Pages and commands all go to the desk.

A short recording is heard while its sender waits. A longer one becomes a job: it is kept, and a
worker hears it (`webapp.jobs`).
"""

import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from webapp import job_log, prediction_log
from webapp.config import Limits, Settings
from webapp.decoders import Decoders
from webapp.hearing import INSTANT_BYTES, Ears, Heard, Told
from webapp.queue import Queue
from webapp.recordings import Recordings
from webapp.selection import Selection
from webapp.speech.errors import MissingExtra, TooLarge, UnknownModel
from webapp.speech.recognizer import Recognizer
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform
from webapp.speech.words import N_
from webapp.tables import Job, Prediction, Source, State, new_id

LONGEST_NAME = 255

_UNKNOWN_MODEL = N_("There is no model of that name. Choose one of these: %(known)s.")
_TOO_LARGE = N_(
    "This file is larger than %(most)s MB, the most that is heard here. "
    "Send a shorter clip or a compressed one, such as MP3."
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Where voices are handed in: what hears them, and where their predictions and audio go."""

    settings: Settings
    recognizers: Mapping[str, Recognizer]
    recordings: Recordings
    activity: VoiceActivity
    decoders: Decoders
    queue: Queue
    now: Callable[[], datetime] = _now

    @property
    def default(self) -> Recognizer:
        """Hears where nobody chose a model."""
        return self.recognizers[self.settings.default_model]

    def take_in(
        self,
        stream: BinaryIO,
        *,
        source: Source,
        file_name: str,
        model: str | None = None,
        stopwatch: Stopwatch | None = None,
    ) -> Prediction | Job:
        """Hear a short recording and log what was heard; make a job of a long one.

        Raises the kinds of `SpeechError`; then nothing is logged and no audio is kept.
        `stopwatch` gets the time of each stage.
        """
        watch, recognizer = stopwatch or Stopwatch(), self.able(model)
        if self._size(stream) <= INSTANT_BYTES:
            heard = self._ears.short(stream.read(), recognizer, watch)
            stream.seek(0)
            if heard is not None:
                return self._log(heard, stream, source, file_name, watch)
        return self.put_off(stream, source=source, file_name=file_name, model=model)

    def put_off(
        self, stream: BinaryIO, *, source: Source, file_name: str, model: str | None = None
    ) -> Job:
        """Make a job of a recording, however short. Raises what `take_in` raises."""
        asked = {"source": source, "file_name": shown_name(file_name)}
        asked["model"] = self.able(model).name
        with self.keeping(stream) as (name, size):
            made = {"id": new_id(), "created_at": self.now(), "place": 0}
            job = Job(**made, **asked, state=State.WAITING, audio_name=name, size=size)
            job_log.add(job)
        self.queue.put(job.id)
        return job

    def submit(
        self,
        sound: bytes | Path,
        *,
        source: Source,
        file_name: str,
        model: str | None = None,
        log: bool = True,
        stopwatch: Stopwatch | None = None,
        told: Told = lambda _: None,
    ) -> Prediction:
        """Hear a recording now, however long; log it or not. Raises what `take_in` raises."""
        watch, recognizer = stopwatch or Stopwatch(), self.recognizer(model)
        with io.BytesIO(sound) if isinstance(sound, bytes) else sound.open("rb") as stream:
            self._size(stream)
            if isinstance(sound, bytes):
                heard = self._ears.clip(sound, self.settings.max_seconds, recognizer, watch)
            else:
                heard = self._ears.file(sound, recognizer, watch, told)
            return self._log(heard, stream if log else None, source, file_name, watch)

    def analyse(self, path: Path, model: str, told: Told) -> Heard:
        """What is heard in a kept recording; raises what `take_in` raises. Nothing is logged."""
        heard = self._ears.file(path, self.recognizer(model), Stopwatch(), told)
        heard[0].created_at = self.now()
        return heard

    def decode(self, data: bytes, max_seconds: float | None = None) -> Waveform:
        """The sound of a clip, by a process apart; nothing here decodes what strangers sent.

        Raises what `Decoders.decode` raises. `max_seconds` is that of the settings for None.
        """
        most = self.settings.max_seconds if max_seconds is None else max_seconds
        return self.decoders.decode(data, most)

    def recognizer(self, model: str | None) -> Recognizer:
        """The recognizer of that name, the default one for None; raises `UnknownModel`."""
        if model is None:
            return self.default
        if model not in self.recognizers:
            known = ", ".join(self.recognizers)
            raise UnknownModel(_UNKNOWN_MODEL % {"known": known})
        return self.recognizers[model]

    def able(self, model: str | None) -> Recognizer:
        """As `recognizer`; raises `MissingExtra` for one that cannot hear yet."""
        found = self.recognizer(model)
        if found.missing is not None:
            raise MissingExtra(found.missing)
        return found

    def speaker(self, prediction: Prediction) -> Recognizer | None:
        """The model that gave a prediction, in that very version; None if it is gone."""
        found = self.recognizers.get(prediction.model)
        gone = found is None or found.card.version != prediction.model_version
        return None if gone else found

    @contextmanager
    def keeping(self, stream: BinaryIO) -> Iterator[tuple[str, int]]:
        """Keep a file and yield its name and size; log what names it inside the block.

        Raises `TooLarge` and `NotWritten`. If the block fails, the file goes again.
        """
        size = self._size(stream)
        with self.recordings.keeping(stream) as name:
            yield name, size

    def forget(self, prediction_id: str) -> bool:
        """Delete a prediction and its audio; False if there was none."""
        gone = prediction_log.remove(prediction_id)
        if gone is not None and gone.audio_name is not None:
            self.recordings.remove(gone.audio_name)
        return gone is not None

    def forget_selected(self, selection: Selection) -> None:
        """Delete a selection of predictions and their audio."""
        self.remove_audio(prediction_log.remove_selected(selection))

    def remove_audio(self, names: Iterable[str]) -> None:
        """Remove recordings that no row names any more."""
        for name in names:
            self.recordings.remove(name)

    def path(self, prediction: Prediction) -> Path | None:
        """The file of a prediction's audio as it came; None if it was not kept or is gone."""
        name = prediction.audio_name
        return None if name is None else self.recordings.path(name)

    def audio(self, prediction: Prediction) -> bytes | None:
        """What is in that file."""
        name = prediction.audio_name
        return None if name is None else self.recordings.read(name)

    def has_audio(self, prediction: Prediction) -> bool:
        """Whether the audio of a prediction is there."""
        return self.path(prediction) is not None

    @property
    def _ears(self) -> Ears:
        return Ears(self.settings, self.decoders, self.activity)

    def _size(self, stream: BinaryIO) -> int:
        """Bytes of an open file, which is at its beginning afterwards; raises `TooLarge`."""
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        if size > self.settings.limits.bytes:
            raise too_large(self.settings.limits)
        return size

    def _log(
        self,
        heard: Heard,
        stream: BinaryIO | None,
        source: Source,
        file_name: str,
        watch: Stopwatch,
    ) -> Prediction:
        """Say whence it came; log it and keep what it was heard in, if that is given."""
        prediction, trace = heard
        prediction.source, prediction.file_name = source, shown_name(file_name)
        prediction.created_at = self.now()
        if stream is not None:
            keeps = self.settings.keep_audio
            keeping = self.recordings.keeping(stream) if keeps else nullcontext(None)
            with watch.stage("log"), keeping as prediction.audio_name:
                prediction_log.add(prediction, trace)
        return prediction


def desk() -> Desk:
    """The desk of the current application."""
    found: Desk = current_app.extensions["tonelog"]
    return found


def too_large(limits: Limits) -> TooLarge:
    """The failure of a file over the size limit."""
    return TooLarge(_TOO_LARGE % {"most": f"{limits.megabytes:g}"})


def shown_name(name: str) -> str:
    """A file name as text to show: of sane length, without control and direction characters."""
    kept = (char for char in name if not unicodedata.category(char).startswith("C"))
    return "".join(kept).strip()[:LONGEST_NAME] or "unnamed"
