"""A recognizer: a loaded bundle. A waveform goes in, probabilities come out.

The network gives one row a window: the probabilities of the labels, then its last layer, in which
the distance to the clips of training tells whether a clip is like any of them.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from webapp.speech.bundle import FAMILIAR, GOLDEN, TFLITE, Card, Golden, read_card
from webapp.speech.calibration import Familiarity, calibrated
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle, MissingExtra
from webapp.speech.features import Features, FeatureSettings, each_input, network_inputs
from webapp.speech.prosody import MISSING, available
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.waveform import Waveform

GOLDEN_TOLERANCE = 1e-3
"""Largest difference of a probability between machines that counts as the same answer."""

EIGHT_BITS_TOLERANCE = 0.02
"""The same where weights are served in eight bits, and the golden answers are of those in full."""


@dataclass(frozen=True)
class Recognition:
    """What was heard."""

    probabilities: Mapping[Emotion, float]
    """Calibrated, of each emotion in the order of the labels, summing to 1."""
    named: bool
    """Whether the likeliest emotion is likely enough to be named."""
    unlike: bool
    """Whether the clip is unlike anything in training, so that the figures do not hold for it."""

    @property
    def emotion(self) -> Emotion:
        """The likeliest emotion."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """The probability of the likeliest emotion."""
        return self.probabilities[self.emotion]


class Recognizer:
    """A bundle ready to hear. Safe to share between threads and to use on both sides of a fork.

    `missing`: what to install before it can hear, in a sentence; None where it can.
    """

    def __init__(self, card: Card, model: bytes, familiar: Familiarity) -> None:
        self.card = card
        self._familiar = familiar
        self.missing = MISSING if card.features.prosody and not available() else None
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path) -> "Recognizer":
        """The bundle in `folder`, once it has given its golden outputs; raises `DamagedBundle`."""
        card = read_card(folder)
        try:
            familiar = Familiarity.load(folder / FAMILIAR)
            recognizer = cls(card, (folder / TFLITE).read_bytes(), familiar)
            golden = Golden.load(folder / GOLDEN)
        except (ValueError, RuntimeError, KeyError) as error:
            raise DamagedBundle(f"{folder} cannot be loaded: {error}.") from error
        recognizer._verify(golden, folder)
        return recognizer

    @property
    def name(self) -> str:
        """The bundle's name, which is how people choose it."""
        return self.card.name

    def recognize(self, waveform: Waveform, stopwatch: Stopwatch | None = None) -> Recognition:
        """What is heard over the overlapping windows of a clip; raises `MissingExtra`."""
        self.check()
        mean, embedding = self._hear(each_input(waveform, self.card.features), stopwatch)
        calibration = self.card.calibration
        pairs = zip(self.card.labels, mean, strict=True)
        return Recognition(
            probabilities={emotion: float(probability) for emotion, probability in pairs},
            named=bool(mean.max() >= calibration.threshold),
            unlike=bool(self._familiar.distance(embedding) > calibration.farthest),
        )

    def check(self) -> None:
        """Raise `MissingExtra` where something has to be installed before it can hear."""
        if self.missing is not None:
            raise MissingExtra(self.missing)

    def hear_window(self, window: Features) -> Features:
        """What the network gives the labels for one of a clip's inputs, (labels,)."""
        return self._run(window)[: len(self.card.labels)]

    def over_windows(self, heard: Features) -> Features:
        """Calibrated probabilities of a clip by what its windows gave, (windows, labels)."""
        return calibrated(heard.mean(axis=0), self.card.calibration.temperature)

    def _hear(
        self, inputs: Iterable[Features], stopwatch: Stopwatch | None = None
    ) -> tuple[Features, Features]:
        """Calibrated probabilities and last layer, (labels,) and (units,), averaged over inputs."""
        watch, outputs = stopwatch or Stopwatch(), []
        for window in _timed(inputs, watch):
            with watch.stage("network"):
                outputs.append(self._run(window))
        rows, labels = np.stack(outputs), len(self.card.labels)
        return self.over_windows(rows[:, :labels]), rows[:, labels:].mean(axis=0)

    def _run(self, window: Features) -> Features:
        with self._lock:  # an interpreter holds one set of tensors
            self._interpreter.set_tensor(self._input["index"], window[np.newaxis])
            self._interpreter.invoke()
            output: Features = self._interpreter.get_tensor(self._output["index"])[0]
            return output

    def _verify(self, golden: Golden, folder: Path) -> None:
        """Raise `DamagedBundle` unless labels, features and weights give the golden answers."""
        card = self.card
        if golden.labels != tuple(card.labels):
            raise DamagedBundle(f"{folder}: the card's labels are not those of the weights.")
        shape = tuple(int(size) for size in self._input["shape"][1:])
        if shape != card.features.input_shape:
            raise DamagedBundle(
                f"{folder}: the weights take {shape}, the features of the card give "
                f"{card.features.input_shape}."
            )
        width, given = len(card.labels) + len(self._familiar.whitening), self._output["shape"][-1]
        if given != width:
            raise DamagedBundle(
                f"{folder}: the weights give {given} numbers, labels and {FAMILIAR} want {width}."
            )
        found = self._heard(golden)
        near = EIGHT_BITS_TOLERANCE if card.eight_bits else GOLDEN_TOLERANCE
        if not np.allclose(found, golden.probabilities[: len(found)], atol=near):
            raise DamagedBundle(
                f"{folder} does not give its golden outputs: "
                "its feature settings or its weights were changed."
            )

    def _heard(self, golden: Golden) -> Features:
        """Probabilities of the golden clips: of all that can be heard here, (clips, labels)."""
        clips = [Waveform(c.astype(np.float32) / 32768, golden.rate) for c in golden.samples]
        settings = self.card.features
        if self.missing is None:
            inputs = [network_inputs(clip, settings) for clip in clips]
        else:
            inputs = [_with_stored_prosody(clips[0], golden.inputs, settings)]
        return np.stack([self._hear(windows)[0] for windows in inputs])


def _timed(inputs: Iterable[Features], watch: Stopwatch) -> Iterator[Features]:
    """The inputs, each made when it is asked for, and the time that takes told as of features."""
    coming = iter(inputs)
    while True:
        with watch.stage("features"):
            window = next(coming, None)
        if window is None:
            return
        yield window


def _with_stored_prosody(clip: Waveform, stored: Features, settings: FeatureSettings) -> Features:
    """Network inputs of a clip that cannot be measured here: what can be heard, then what was.

    So every setting is put to the proof; one that changes the number of windows changes the answer.
    """
    planes = network_inputs(clip, msgspec.structs.replace(settings, prosody=False))
    rows = planes.reshape(len(planes), -1)
    measured = stored[:, rows.shape[1] :]
    return np.hstack([rows, np.resize(measured, (len(rows), measured.shape[1]))])


def load_recognizers(folder: Path) -> dict[str, Recognizer]:
    """Every bundle below `folder`, by name in alphabetical order; raises `DamagedBundle`."""
    found = sorted(path for path in folder.iterdir() if path.is_dir())
    recognizers = {path.name: Recognizer.load(path) for path in found}
    for name, recognizer in recognizers.items():
        if recognizer.name != name:
            raise DamagedBundle(f"{folder / name}: the card calls itself {recognizer.name!r}.")
    return recognizers
