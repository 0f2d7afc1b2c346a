"""The one way from bytes to a logged prediction. Pages and commands all call `submit`."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app

from webapp import prediction_log
from webapp.config import Limits, Settings
from webapp.decoders import Decoders
from webapp.recordings import Recordings
from webapp.speech.errors import SpeechError, TooLarge, UnknownModel
from webapp.speech.quality import Remark, inspect
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.twins import together
from webapp.speech.waveform import Waveform
from webapp.tables import Prediction, Source

LONGEST_NAME = 255


class NotKept(SpeechError):
    """The audio of a prediction was not kept, or is gone."""

    code = "not_kept"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """Where voices are handed in: what hears them, and where their predictions and audio go."""

    settings: Settings
    recognizers: Mapping[str, Recognizer]
    recordings: Recordings
    speaks: Callable[[Waveform], bool]
    decoders: Decoders
    now: Callable[[], datetime] = _now

    @property
    def default(self) -> Recognizer:
        """Hears where nobody chose a model."""
        return self.recognizers[self.settings.default_model]

    def submit(
        self,
        data: bytes,
        *,
        source: Source,
        file_name: str,
        model: str | None = None,
        log: bool = True,
        stopwatch: Stopwatch | None = None,
    ) -> Prediction:
        """Hear a clip; keep its audio and log its prediction, unless `log` is off.

        Raises the kinds of `SpeechError`; then nothing is logged and no audio is kept.
        `stopwatch` gets the time of each stage.
        """
        if len(data) > self.settings.limits.bytes:
            raise too_large(self.settings.limits)
        watch = stopwatch or Stopwatch()
        prediction = self._hear(data, self.recognizer(model), watch)
        prediction.source = source
        prediction.file_name = shown_name(file_name)
        if log:
            with watch.stage("log"):
                self._keep(data, prediction)
        return prediction

    def hear_again(
        self, prediction: Prediction, model: str, stopwatch: Stopwatch | None = None
    ) -> Prediction:
        """Let a model hear the kept audio of a prediction; a prediction of its own is logged.

        Raises `NotKept` where there is no audio, and what `submit` raises.
        """
        data = self.audio(prediction)
        if data is None:
            raise NotKept(
                "The recording was not kept, or is gone, so it cannot be heard again. "
                "Send it once more and choose the model there."
            )
        return self.submit(
            data,
            source=Source(prediction.source),
            file_name=prediction.file_name,
            model=model,
            stopwatch=stopwatch,
        )

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
            raise UnknownModel(f"There is no model of that name. Choose one of these: {known}.")
        return self.recognizers[model]

    def forget(self, prediction_id: str) -> bool:
        """Delete a prediction and its audio; False if there was none."""
        gone = prediction_log.remove(prediction_id)
        if gone is not None and gone.audio_name is not None:
            self.recordings.remove(gone.audio_name)
        return gone is not None

    def forget_all(self) -> None:
        """Delete every prediction and its audio."""
        for name in prediction_log.remove_all():
            self.recordings.remove(name)

    def audio(self, prediction: Prediction) -> bytes | None:
        """The audio of a prediction as it came; None if it was not kept or is gone."""
        name = prediction.audio_name
        return None if name is None else self.recordings.read(name)

    def has_audio(self, prediction: Prediction) -> bool:
        """Whether the audio of a prediction is there."""
        name = prediction.audio_name
        return name is not None and self.recordings.has(name)

    def _hear(self, data: bytes, recognizer: Recognizer, watch: Stopwatch) -> Prediction:
        start = watch.milliseconds
        with watch.stage("decode"):
            waveform = self.decode(data)
        with watch.stage("voice"):
            remarks = inspect(waveform, self.speaks)
        heard = recognizer.recognize(waveform, watch)
        doubts = _doubts(heard, recognizer.card.calibration.threshold)
        return Prediction(
            id=secrets.token_urlsafe(16),
            created_at=self.now(),
            content_hash=hashlib.sha256(data).hexdigest(),
            seconds=waveform.seconds,
            model=recognizer.name,
            model_version=recognizer.card.version,
            probabilities={str(emotion): share for emotion, share in heard.probabilities.items()},
            emotion=str(heard.emotion),
            confidence=heard.confidence,
            named=heard.named,
            remarks=[str(remark) for remark in (*remarks, *doubts)],
            milliseconds=watch.milliseconds - start,
        )

    def _keep(self, data: bytes, prediction: Prediction) -> None:
        keeping = self.recordings.keeping(data) if self.settings.keep_audio else nullcontext(None)
        with keeping as prediction.audio_name:
            prediction_log.add(prediction)


def _doubts(heard: Recognition, threshold: float) -> Iterator[Remark]:
    """What an answer leaves open; neutral and calm split it where they reach the threshold."""
    both = together(heard.probabilities)
    if both is not None and both >= threshold:
        yield Remark.NEUTRAL_OR_CALM
    if heard.unlike:
        yield Remark.UNLIKE_TRAINING


def desk() -> Desk:
    """The desk of the current application."""
    found: Desk = current_app.extensions["tonelog"]
    return found


def too_large(limits: Limits) -> TooLarge:
    """The failure of a file over the size limit."""
    return TooLarge(
        f"This file is larger than {limits.megabytes:g} MB, the most that is heard here. "
        "Send a shorter clip or a compressed one, such as MP3."
    )


def shown_name(name: str) -> str:
    """A file name as text to show: of sane length, without control and direction characters."""
    kept = (char for char in name if not unicodedata.category(char).startswith("C"))
    return "".join(kept).strip()[:LONGEST_NAME] or "unnamed"
