"""Does the live page follow a voice? Clips of RAVDESS, one after the other, into its microphone.

`python -m tests.measure.live ravdess=DIR` starts the application with the default model and a
Chromium whose microphone hears the clips, their own silence between them and 0.7 seconds more. A
clip is followed where, two seconds after its speech has ended and before the next begins, the page
shows the emotion that the whole clip gets alone. Prints a line a clip; nothing is asserted.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.__main__ import corpus
from tests.serving import ROOT, serving
from tests.sounds import encode
from webapp.config import Settings
from webapp.speech.doubts import doubts
from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.waveform import Samples, Waveform

RATE = 48_000
WITHIN = 2.0
"""Seconds after the end of its speech in which a clip has to be named."""
GAP, LEAD, END = 0.7, 6.0, 8.0
"""Seconds of silence between clips, before the first, and after the last."""
CLICK, CLICK_AT = 0.9, 1.0
"""A click so loud, so many seconds from either end, tells when the browser began to play the sound
and whether it kept time."""
SPEECH_DB = 30.0

WATCH = """
window.clicks = [];
window.seen = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 16384;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const text = (id) => document.getElementById(id)?.textContent;
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const now = performance.now() / 1000;
    let run = 0; // of loud samples, which in no voice lasts so long
    const end = samples.findIndex((one) => (run = one > 0.8 ? run + 1 : 0) >= 60);
    const at = now - (samples.length - end) / context.sampleRate;
    if (end >= 0 && !(at - clicks.at(-1) < 1)) clicks.push(at);
    const { heard, emotion } = document.getElementById("now").dataset;
    seen.push({ now, heard, emotion, words: text("words"),
                stretches: document.querySelector("#rows td:nth-child(3)")?.textContent });
  }, 25);
  return stream;
};
"""


@dataclass(frozen=True)
class Clip:
    """A clip, and what it is heard as alone."""

    name: str
    samples: Samples
    emotion: Emotion
    words: str
    """The headline of its result page."""

    @property
    def speech(self) -> tuple[float, float]:
        """Where its speech begins and ends (seconds), by its level."""
        blocks = self.samples[: len(self.samples) // 480 * 480].reshape(-1, 480)
        power = np.convolve(np.square(blocks).mean(axis=1), np.ones(3) / 3, "same")
        loud = np.flatnonzero(power > power.max() * 10 ** (-SPEECH_DB / 10))
        return float(loud[0]) / 100, float(loud[-1] + 1) / 100


def main() -> None:
    """Feed, look on, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.measure.live", description=__doc__)
    parser.add_argument("corpus", type=corpus, metavar="ravdess=DIR")
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default=Settings.default_model)
    given = parser.parse_args()
    clips = chosen(given.corpus, given.clips, given.seed, given.model)
    sound, places = fed(clips)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fed.wav"
        file.write_bytes(encode("wav-16", Waveform(sound, RATE)))
        with serving(Path(folder) / "instance", default_model=given.model) as server:
            clicks, seen = watched(server.port, file, len(sound) / RATE)
    played = clicks[1] - clicks[0] + 2 * CLICK_AT
    print(f"drift over the whole sound: {played - len(sound) / RATE:+.2f} s")
    tell(clips, places, clicks[0] - CLICK_AT, seen)


def chosen(folder: Path, count: int, seed: int, model: str) -> list[Clip]:
    """Clips drawn at random."""
    recognizer = Recognizer.load(ROOT / "webapp" / "bundles" / model)
    files = sorted(path for end in ("wav", "flac") for path in folder.rglob(f"03-01-*.{end}"))
    drawn = np.random.default_rng(seed).permutation(len(files))[:count]
    clips = []
    for path in (files[place] for place in drawn):
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        waveform = Waveform(samples.mean(axis=1), rate)
        heard = recognizer.recognize(waveform)
        words = headline(heard, recognizer.card.calibration.threshold)
        clips.append(Clip(path.stem, waveform.resampled(RATE).samples, heard.emotion, words))
    return clips


def headline(heard: Recognition, threshold: float) -> str:
    """What a page names of what was heard."""
    if heard.named:
        return heard.emotion.capitalize()
    split = Remark.NEUTRAL_OR_CALM in doubts(heard, threshold)
    return "Neutral or calm" if split else "No clear emotion"


def fed(clips: Sequence[Clip]) -> tuple[Samples, list[tuple[float, float]]]:
    """All of them as one sound with a click at either end, and where each one's speech is."""
    parts, places, at = [quiet(LEAD)], [], LEAD
    for clip in clips:
        first, last = clip.speech
        places.append((at + first, at + last))
        parts += [clip.samples, quiet(GAP)]
        at += len(clip.samples) / RATE + GAP
    parts.append(quiet(END))
    sound = np.concatenate(parts)
    for place in (CLICK_AT, len(sound) / RATE - CLICK_AT):
        sound[round(place * RATE) :][: RATE // 500] = CLICK
    return sound, places


def quiet(seconds: float) -> Samples:
    """As good as silence."""
    return np.random.default_rng(0).normal(0, 5e-5, round(seconds * RATE)).astype(np.float32)


def watched(port: int, file: Path, seconds: float) -> tuple[list[float], list[dict[str, Any]]]:
    """When the clicks were heard, and what the page showed again and again."""
    arguments = [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=arguments
        )
        context = browser.new_context(permissions=["microphone"])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/live")
        page.get_by_role("button", name="Listen", exact=True).click()
        page.wait_for_function("() => clicks.length === 2", timeout=(seconds + 60) * 1000)
        page.wait_for_timeout(1000)
        found = page.evaluate("clicks"), page.evaluate("seen")
        tell_of_requests(page)
        browser.close()
    return found


def tell_of_requests(page: Page) -> None:
    """How long the answers took."""
    took = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.includes('/live/heard'))"
        ".map((one) => one.duration)"
    )
    median, most = np.median(took), np.percentile(took, 95)
    print(f"{len(took)} answers, median {median:.0f} ms, 95% within {most:.0f} ms")


def tell(
    clips: Sequence[Clip],
    places: Sequence[tuple[float, float]],
    zero: float,
    seen: Sequence[dict[str, Any]],
) -> None:
    """A line a clip, and how many were followed."""
    emotions, headlines, delays = 0, 0, []
    for number, (clip, (begun, ended)) in enumerate(zip(clips, places, strict=True)):
        later = places[number + 1][0] if number + 1 < len(places) else np.inf
        fresh = shown(seen, zero + begun, zero + min(ended + WITHIN, later))
        last = fresh[-1] if fresh else {"words": "nothing new", "emotion": "-"}
        right = last["emotion"] == clip.emotion
        emotions += right
        headlines += last["words"] == clip.words
        if right:
            wrong = [one["now"] for one in fresh if one["emotion"] != clip.emotion]
            since = next(one["now"] for one in fresh if one["now"] > max(wrong, default=0))
            delays.append(max(since - zero - ended, 0))
        told = f"alone {clip.words} ({clip.emotion}), shown {last['words']} ({last['emotion']})"
        print(f"{'ok  ' if right else 'MISS'} {clip.name} {told}")
    silent = {one["words"] for one in seen if one["now"] > zero + places[-1][1] + 5}
    print(f"{emotions} of {len(clips)} clips followed within {WITHIN:g} s; {headlines} by headline")
    print(
        f"right after the end of speech: median {np.median(delays):.2f} s, last {max(delays):.2f} s"
    )
    print(f"from five seconds after the last speech on: {', '.join(sorted(silent))}")


def shown(seen: Sequence[dict[str, Any]], begun: float, until: float) -> list[dict[str, Any]]:
    """What was shown of a stretch that had not been heard when its clip's speech began."""
    before = [one["stretches"] for one in seen if one["now"] <= begun][-1]
    meanwhile = (one for one in seen if begun < one["now"] <= until)
    return [one for one in meanwhile if one["emotion"] and one["stretches"] != before]


if __name__ == "__main__":
    main()
