"""What is timed inside a process: `python -m tests.benchmarks.subjects SIDE BUNDLE FILE`.

Each line that comes in names an act; what goes out is how many milliseconds it took. Both sides
run in processes of their own, so that neither is in the other's way.
"""

import io
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks.measuring import milliseconds

Acts = Mapping[str, Callable[[], object]]


def ours(bundle: Path, data: bytes) -> Acts:
    """The parts of the serving path, and the whole of it."""
    from webapp.speech.decode import decode
    from webapp.speech.features import heard_in, network_inputs, spectrum, windows
    from webapp.speech.quality import inspect
    from webapp.speech.recognizer import Recognizer
    from webapp.speech.voice import at_speed
    from webapp.speech.voice_activity import VoiceActivity

    recognizer, speaks = Recognizer.load(bundle), VoiceActivity.load().speaks
    settings = recognizer.card.features
    clip = decode(data, 60)
    heard = heard_in(clip, settings)
    inputs = network_inputs(clip, settings)

    def served() -> None:
        waveform = decode(data, 60)
        inspect(waveform, speaks)
        recognizer.recognize(waveform)

    return {
        "whole": lambda: recognizer.recognize(decode(data, 60)),
        "served": served,
        "decode": lambda: decode(data, 60),
        "resample": lambda: clip.resampled(settings.sample_rate),
        "speeds": lambda: [at_speed(heard, speed) for speed in settings.speeds],
        "mfcc": lambda: windows(spectrum(heard, settings), settings),
        "network": lambda: recognizer._run(inputs[0]),
        "inputs": lambda: [recognizer._run(window) for window in inputs],
        "speech": lambda: inspect(clip, speaks),
    }


def reference(bundle: Path, data: bytes) -> Acts:
    """The same of the reference, as far as it has them."""
    from tests.benchmarks.reference import Reference

    made = Reference(bundle)
    inputs = made.inputs(*_loaded(data, made.settings.sample_rate))
    return {
        "whole": lambda: made.hear(io.BytesIO(data)),
        "network": lambda: made.predict(inputs),
    }


def _loaded(data: bytes, rate: int) -> tuple[object, float]:
    import librosa

    return librosa.load(io.BytesIO(data), sr=rate)


SIDES: Mapping[str, Callable[[Path, bytes], Acts]] = {"ours": ours, "reference": reference}


def main() -> None:
    """Do what comes in, line by line."""
    side, bundle, file = sys.argv[1:]
    acts = SIDES[side](Path(bundle), Path(file).read_bytes())
    print(*acts, flush=True)
    for line in sys.stdin:
        print(milliseconds(acts[line.strip()]), flush=True)


if __name__ == "__main__":
    main()
