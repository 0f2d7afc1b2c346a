"""How long each part of hearing a clip takes: `make bench`. Milliseconds; asserts nothing."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.sounds import encode, voice
from webapp.speech.decode import decode
from webapp.speech.features import network_inputs
from webapp.speech.quality import inspect
from webapp.speech.recognizer import load_recognizers
from webapp.speech.voice_activity import VoiceActivity

BUNDLES = Path(__file__).parents[2] / "webapp" / "bundles"
RUNS = 50


def milliseconds(act: Callable[[], object]) -> str:
    """Median, least and most of RUNS runs after a warm-up."""
    act()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(times):8.2f} {min(times):8.2f} {max(times):8.2f}"


def main() -> None:
    """Time the parts on a synthetic voice of four seconds at 48 kHz."""
    clip = voice(4.0, rate=48_000)
    print(f"{'ms a clip of 4 s':32}   median      min      max")
    for name in ("wav-16", "flac", "mp3", "ogg-opus", "webm-opus", "m4a-aac"):
        data = encode(name, clip)
        print(f"{'decode ' + name:32} {milliseconds(lambda data=data: decode(data, 60))}")
    speaks = VoiceActivity.load().speaks
    print(f"{'quality':32} {milliseconds(lambda: inspect(clip, speaks))}")
    for name, recognizer in load_recognizers(BUNDLES).items():
        settings = recognizer.card.features
        label = f"features for {name}"
        print(f"{label:32} {milliseconds(lambda s=settings: network_inputs(clip, s))}")
        label = f"features and network, {name}"
        print(f"{label:32} {milliseconds(lambda r=recognizer: r.recognize(clip))}")


if __name__ == "__main__":
    main()
