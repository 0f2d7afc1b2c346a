"""Whether "What it heard" finds a second of another emotion that was put into neutral speech.

    python -m tests.measure.evidence DIR [--model NAME] [--seed 0]

DIR holds RAVDESS speech (Actor_01 …). From each actor come three clips: two to four neutral
sentences, and somewhere among them the loudest second of a strongly acted sentence of the same
actor. It is anger as loud as it was shouted, anger as loud as the rest, or another emotion as loud
as the rest. Found: the second of the voice that weighs most for that emotion overlaps the planted
one, or does so by half a second. Chance is what a second anywhere in the voice would reach.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from webapp.config import ROOT
from webapp.speech.emotions import Emotion
from webapp.speech.evidence import what_was_heard
from webapp.speech.recognizer import Recognizer
from webapp.speech.voice import Trimming, voice
from webapp.speech.waveform import Waveform

RATE = 16_000
TRIMMING = Trimming(30.0, 160)
PAUSE = np.zeros(RATE // 7, dtype=np.float32)
FADE = RATE // 50
CODES = {emotion: f"{number:02}" for number, emotion in enumerate(Emotion, 1)}
OTHERS = (Emotion.HAPPY, Emotion.SAD, Emotion.FEARFUL, Emotion.SURPRISED)
SHOUTED, LEVEL, OTHER = "anger, as shouted", "anger, as loud as the rest", "another, as loud"


@dataclass(frozen=True)
class Planted:
    """Neutral speech with a second of another emotion in it."""

    kind: str
    waveform: Waveform
    emotion: Emotion
    start: float
    end: float

    def overlap(self, start):
        """Seconds that this second and the one that starts there have in common."""
        return np.clip(np.minimum(start + 1, self.end) - np.maximum(start, self.start), 0, None)


def sentences(folder: Path, emotion: Emotion, strength: str) -> list[Path]:
    """Clips of an actor in an emotion."""
    found = sorted([*folder.glob("*.flac"), *folder.glob("*.wav")])
    return [path for path in found if path.stem.split("-")[2:4] == [CODES[emotion], strength]]


def sound(path: Path) -> np.ndarray:
    """The voice in a clip, at the level at which it was recorded."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    waveform = Waveform(samples.mean(axis=1), rate)
    return voice(waveform, RATE, TRIMMING).samples * waveform.peak


def loudest_second(samples: np.ndarray) -> np.ndarray:
    """The loudest second, faded in and out."""
    sums = np.cumsum(np.append(0.0, np.square(samples, dtype=np.float64)))
    size = min(RATE, len(samples))
    first = int((sums[size:] - sums[:-size]).argmax())
    ramp = np.minimum(np.arange(size) / FADE, 1).astype(np.float32)
    return samples[first : first + size] * ramp * ramp[::-1]


def loudness(samples: np.ndarray) -> float:
    """Root of the mean square, of what is no pause between sentences."""
    return float(np.sqrt(np.mean(np.square(samples[samples != 0]))))


def plant(folder: Path, kind: str, emotion: Emotion, hosts: int, rng: random.Random) -> Planted:
    """A clip of that kind, of so many neutral sentences."""
    chosen = rng.sample(sentences(folder, Emotion.NEUTRAL, "01"), hosts)
    neutral = np.concatenate([part for path in chosen for part in (sound(path), PAUSE)])
    second = loudest_second(sound(rng.choice(sentences(folder, emotion, "02"))))
    if kind != SHOUTED:
        second *= loudness(neutral) / loudness(second)
    at = rng.randrange(len(neutral) - len(PAUSE))
    samples = np.concatenate([neutral[:at], second, neutral[at : -len(PAUSE)]])
    start, end = at / RATE, (at + len(second)) / RATE
    return Planted(kind, Waveform(samples, RATE), emotion, start, end)


def clips(root: Path, seed: int) -> Iterator[Planted]:
    """Three of each actor."""
    rng = random.Random(seed)
    for number, folder in enumerate(sorted(root.glob("Actor_*"))):
        hosts, other = 2 + number % 3, OTHERS[number % len(OTHERS)]
        for kind, emotion in ((SHOUTED, Emotion.ANGRY), (LEVEL, Emotion.ANGRY), (OTHER, other)):
            yield plant(folder, kind, emotion, hosts, rng)


def row(name: str, results: list[tuple]) -> str:
    """A line of the table: the means of what was noted of some clips."""
    if not results:
        return f"{name:28} {0:5}"
    means = np.mean([result[1:] for result in results], axis=0)
    return f"{name:28} {len(results):5} {means[0]:8.1f} s" + "".join(f"{m:9.0%}" for m in means[1:])


def measured(recognizer: Recognizer, clip: Planted) -> tuple:
    """Kind and answer; length, whether it was found (any, half) and what chance would give."""
    evidence = what_was_heard(recognizer, clip.waveform)
    likeliest = max(evidence.heard, key=lambda one: one.share).emotion
    overlap = clip.overlap(evidence.strongest(clip.emotion))
    last = max(evidence.times[-1] - 1, evidence.times[0])
    anywhere = clip.overlap(np.linspace(evidence.times[0], last, 200))
    figures = (overlap > 0, (anywhere > 0).mean(), overlap >= 0.5, (anywhere >= 0.5).mean())
    return (clip.kind, likeliest == clip.emotion), clip.waveform.seconds, *figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--model", default="cnn_lstm")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    recognizer = Recognizer.load(ROOT / "webapp" / "bundles" / asked.model)
    results = [measured(recognizer, clip) for clip in clips(asked.folder, asked.seed)]
    print(f"{asked.model}, seed {asked.seed}")
    print(f"{'planted':28} {'clips':>5} {'length':>10}" + "    found  chance  by half  chance")
    for kind in (SHOUTED, LEVEL, OTHER):
        print(row(kind, [one for one in results if one[0][0] == kind]))
    for answers, name in ((True, "it became the answer"), (False, "the answer stayed another")):
        print(row(name, [one for one in results if one[0][1] == answers]))
    print(row("all", results))


if __name__ == "__main__":
    main()
