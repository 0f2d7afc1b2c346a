"""From a file to the rows that are logged of it: a clip at once, a recording over time."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from webapp import pictures
from webapp.config import BYTES_IN_A_MEGABYTE, INSTANT_MEGABYTES, Settings
from webapp.decoders import Decoders
from webapp.speech.doubts import doubts
from webapp.speech.envelope import Envelope
from webapp.speech.errors import SpeechError, TooLong
from webapp.speech.quality import Remark, inspect
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.timeline import TIMELINE_SECONDS, Listener, Segment
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform
from webapp.tables import Prediction, Trace, new_id

INSTANT_BYTES = INSTANT_MEGABYTES * BYTES_IN_A_MEGABYTE
"""A larger file is not taken into memory to see how long it is."""

Heard = tuple[Prediction, Trace | None]
"""What is to be logged, as soon as it has a source, a name and a moment."""

Told = Callable[[float], None]
"""Gets to know how much of a recording is heard, 0 to 1, again and again; may raise to end it."""


@dataclass(frozen=True)
class Ears:
    """What it takes to hear a file. Its methods raise the kinds of `SpeechError`."""

    settings: Settings
    decoders: Decoders
    activity: VoiceActivity

    def file(self, path: Path, recognizer: Recognizer, watch: Stopwatch, told: Told) -> Heard:
        """What is heard in a file, however long; the same at once or over time, by its length."""
        told(0.0)
        if path.stat().st_size <= INSTANT_BYTES:
            heard = self.short(path.read_bytes(), recognizer, watch)
            if heard is not None:
                return heard
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        heard = self._over_time(path, recognizer, watch, told)
        return _marked(heard, digest, watch.milliseconds)

    def short(self, data: bytes, recognizer: Recognizer, watch: Stopwatch) -> Heard | None:
        """What is heard in a clip; None in one that is too long for somebody to wait for it."""
        most, longest = self.settings.instant_seconds, self.settings.max_seconds
        try:
            return self.clip(data, min(most, longest), recognizer, watch)
        except TooLong:
            if longest <= most:
                raise
            return None

    def clip(
        self, data: bytes, max_seconds: float, recognizer: Recognizer, watch: Stopwatch
    ) -> Heard:
        """What is heard in a whole clip; in one of more than a few seconds, also over time."""
        start = watch.milliseconds
        with watch.stage("decode"):
            waveform = self.decoders.decode(data, max_seconds)
        with watch.stage("voice"):
            remarks = inspect(waveform, self.activity.speaks)
        heard = recognizer.recognize(waveform, watch)
        remarks += tuple(doubts(heard, recognizer.card.calibration.threshold))
        prediction = _prediction(recognizer, heard, waveform.seconds, remarks)
        trace = None
        if waveform.seconds > TIMELINE_SECONDS:
            with watch.stage("timeline"):
                trace = _trace(self._parts(waveform, recognizer))
        digest = hashlib.sha256(data).hexdigest()
        return _marked((prediction, trace), digest, watch.milliseconds - start)

    def _over_time(self, path: Path, recognizer: Recognizer, watch: Stopwatch, told: Told) -> Heard:
        """What is heard over the time of a recording, and its pictures."""
        listener, envelope = Listener(recognizer, self.activity, watch), Envelope()
        with closing(self.decoders.stream(path, self.settings.max_seconds)) as pieces:
            for piece, share in pieces:
                listener.take(piece)
                envelope.take(piece)
                told(share)
        timeline = listener.finish()
        trace = _trace(timeline.segments)
        if self.settings.keep_audio:
            trace.peaks = envelope.peaks()
            trace.spectrogram = pictures.levels_png(envelope.spectrogram_levels())
        recognition = timeline.recognition
        return _prediction(recognizer, recognition, timeline.seconds, timeline.remarks), trace

    def _parts(self, waveform: Waveform, recognizer: Recognizer) -> Sequence[Segment]:
        """What is heard in the parts of a clip that is speech as a whole."""
        listener = Listener(recognizer, self.activity)
        listener.take(waveform)
        try:
            return listener.finish().segments
        except SpeechError:  # each part for itself may be too little
            return []


def _marked(heard: Heard, digest: str, milliseconds: float) -> Heard:
    heard[0].content_hash, heard[0].milliseconds = digest, milliseconds
    return heard


def _trace(segments: Sequence[Segment]) -> Trace:
    return Trace(segments=[segment.document() for segment in segments])


def _prediction(
    recognizer: Recognizer, heard: Recognition, seconds: float, remarks: Sequence[Remark]
) -> Prediction:
    return Prediction(
        id=new_id(),
        seconds=seconds,
        model=recognizer.name,
        model_version=recognizer.card.version,
        probabilities={str(emotion): share for emotion, share in heard.probabilities.items()},
        emotion=str(heard.emotion),
        confidence=heard.confidence,
        named=heard.named,
        remarks=[str(remark) for remark in remarks],
    )
