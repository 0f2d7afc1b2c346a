"""How well the timeline finds what is in an hour: `python -m tests.measure.timeline DIR…`.

An hour is made of clips in a seeded order, with half a second of digital silence between, as a WAV
file of 16 bits. A clip is found where the timeline gives it the label that the same model gives
the clip alone: by the stretch that covers most of it, and by most seconds of its stretches. See
RESULTS.md.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from webapp.config import Settings
from webapp.speech.decode import decode
from webapp.speech.envelope import Envelope
from webapp.speech.recognizer import Recognizer
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.timeline import Listener, Segment, Timeline
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform

SILENCE_SECONDS = 0.5
PIECE_SECONDS = 10
JUDGED_SECONDS = 2.5
"""Shorter clips are there, but are not judged."""


class Clip(NamedTuple):
    """A clip, where it lies in the recording (seconds), and its label alone."""

    path: Path
    start: float
    end: float
    label: str

    @property
    def judged(self) -> bool:
        return self.end - self.start > JUDGED_SECONDS


class Tools(NamedTuple):
    recognizer: Recognizer
    activity: VoiceActivity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quieter", type=float, default=0, help="each clip, by up to so many dB")
    parser.add_argument("--model", default=Settings().default_model)
    options = parser.parse_args()
    recognizer = Recognizer.load(Settings().bundles / options.model)
    tools = Tools(recognizer, VoiceActivity.load())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording.wav"
        clips = lay_out(file, options, recognizer)
        measured = {
            "a minute of it": listen(file, tools, 60),
            "all of it": listen(file, tools, 60 * options.minutes + 60),
        }
    _, timeline, _, _ = measured["all of it"]
    print(f"{len(clips)} clips, {timeline.seconds / 60:.1f} minutes, {recognizer.name}")
    for what, figure in (*found(clips, timeline), *costs(measured)):
        print(f"  {what:60} {figure}")


def lay_out(file: Path, options: argparse.Namespace, recognizer: Recognizer) -> list[Clip]:
    """Write the recording; the clips in it."""
    order = random.Random(options.seed)
    paths = sorted(p for f in options.folders for e in ("*.flac", "*.wav") for p in f.rglob(e))
    order.shuffle(paths)
    rate = max(soundfile.info(path).samplerate for path in paths)
    clips, at = [], 0.0
    with soundfile.SoundFile(file, "w", rate, 1, "PCM_16") as out:
        for path in paths:
            clip = decode(path.read_bytes(), 60)
            if at + clip.seconds > 60 * options.minutes:
                break
            label = str(recognizer.recognize(clip).emotion)
            gain = 10 ** (-order.uniform(0, options.quieter) / 20)
            out.write(clip.resampled(rate).samples * gain)
            clips.append(Clip(path, at, out.tell() / rate, label))
            out.write(np.zeros(round(SILENCE_SECONDS * rate)))
            at = out.tell() / rate
    return clips


Measured = tuple[float, Timeline, Stopwatch, float]
"""Seconds of sound, what was heard, processor time by stage, and the most memory (MB)."""


def listen(file: Path, tools: Tools, seconds: float) -> Measured:
    """Hear so much of a file as a job does."""
    watch = Stopwatch(time.process_time)
    listener, envelope = Listener(*tools, watch), Envelope()
    Path("/proc/self/clear_refs").write_text("5")  # forget the most memory there was
    for piece in pieces(file, seconds, watch):
        listener.take(piece)
        with watch.stage("envelope"):
            envelope.take(piece)
    timeline = listener.finish()
    with watch.stage("envelope"):
        envelope.peaks()
        envelope.spectrogram_levels()
    return timeline.seconds, timeline, watch, most_memory()


def pieces(file: Path, seconds: float, watch: Stopwatch) -> Iterator[Waveform]:
    with soundfile.SoundFile(file) as sound:
        rate = sound.samplerate
        for _ in range(0, round(min(seconds * rate, len(sound))), PIECE_SECONDS * rate):
            with watch.stage("read"):
                samples = sound.read(PIECE_SECONDS * rate, dtype="float32")
            yield Waveform(samples, rate)


def most_memory() -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def found(clips: Sequence[Clip], timeline: Timeline) -> Iterator[tuple[str, str]]:
    """How many clips were found again."""
    judged = [clip for clip in clips if clip.judged]
    over = [overlaps(clip, timeline.segments) for clip in judged]
    longest = [max(o, key=lambda pair: pair[1])[0] if o else "" for o in over]
    spoken = [[pair for pair in o if pair[0]] for o in over]
    covering = [max(o, key=lambda pair: pair[1])[0] if o else "" for o in spoken]
    majority = [most_seconds(o) for o in spoken]
    labels = [clip.label for clip in judged]
    yield (
        f"of {len(judged)} clips over {JUDGED_SECONDS} s, label of most of it",
        share(covering, labels),
    )
    yield "the same, where silence may be most of it (then: not found)", share(longest, labels)
    yield "label of most seconds of speech", share(majority, labels)
    yield "clips without any speech", str(sum(not o for o in spoken))
    yield "clips that are one stretch", share([len(o) for o in spoken], [1] * len(judged))
    yield "stretches of speech in all", str(sum(s.heard is not None for s in timeline.segments))


def overlaps(clip: Clip, segments: Sequence[Segment]) -> list[tuple[str, float]]:
    """Label, empty for silence, and seconds of what lies in a clip."""
    pairs = []
    for segment in segments:
        seconds = min(segment.end, clip.end) - max(segment.start, clip.start)
        if seconds > 0:
            pairs.append((str(segment.heard.emotion) if segment.heard else "", seconds))
    return pairs


def most_seconds(pairs: Sequence[tuple[str, float]]) -> str:
    seconds = Counter[str]()
    for label, length in pairs:
        seconds[label] += length
    return max(seconds, key=seconds.__getitem__, default="")


def share(given: Sequence[object], expected: Sequence[object]) -> str:
    right = sum(a == b for a, b in zip(given, expected, strict=True))
    return f"{right / len(expected):.1%} ({right})"


def costs(measured: dict[str, Measured]) -> Iterator[tuple[str, str]]:
    """Processor time and memory."""
    for what, (seconds, _, watch, memory) in measured.items():
        hours, total = seconds / 3600, sum(watch.stages.values()) / 1000
        stages = ", ".join(f"{k} {v / 1000 / hours:.1f}" for k, v in watch.stages.items())
        yield f"processor seconds for an hour, {what}", f"{total / hours:.1f} ({stages})"
        yield f"times real time, {what}", f"{seconds / total:.0f}"
        yield f"most memory (MB), {what}", f"{memory:.0f}"


if __name__ == "__main__":
    main()
