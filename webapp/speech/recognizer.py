"""A recognizer: a loaded bundle. A waveform goes in, probabilities come out."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from webapp.speech.bundle import GOLDEN, TFLITE, Card, Golden, read_card
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle
from webapp.speech.features import Features, network_inputs
from webapp.speech.waveform import Waveform

GOLDEN_TOLERANCE = 1e-3
"""Largest difference of a probability between machines that counts as the same answer."""


@dataclass(frozen=True)
class Recognition:
    """What was heard: a probability for each emotion, in the order of the labels, summing to 1."""

    probabilities: Mapping[Emotion, float]

    @property
    def emotion(self) -> Emotion:
        """The likeliest emotion."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """The probability of the likeliest emotion."""
        return self.probabilities[self.emotion]


class Recognizer:
    """A bundle ready to hear. Safe to share between threads and to use on both sides of a fork."""

    def __init__(self, card: Card, model: bytes) -> None:
        self.card = card
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
            recognizer = cls(card, (folder / TFLITE).read_bytes())
            golden = Golden.load(folder / GOLDEN)
        except (ValueError, RuntimeError, KeyError) as error:
            raise DamagedBundle(f"{folder} cannot be loaded: {error}.") from error
        recognizer._verify(golden, folder)
        return recognizer

    @property
    def name(self) -> str:
        """The bundle's name, which is how people choose it."""
        return self.card.name

    def recognize(self, waveform: Waveform) -> Recognition:
        """Probabilities averaged over the overlapping windows of a clip."""
        mean = self._probabilities(network_inputs(waveform, self.card.features)).mean(axis=0)
        pairs = zip(self.card.labels, mean, strict=True)
        return Recognition({emotion: float(probability) for emotion, probability in pairs})

    def _probabilities(self, inputs: Features) -> Features:
        """Network outputs for network inputs: (windows, *input_shape) becomes (windows, labels)."""
        return np.stack([self._run(window) for window in inputs])

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
        clips = [clip.astype(np.float32) / 32768 for clip in golden.samples]
        for clip, expected in zip(clips, golden.probabilities, strict=True):
            heard = self.recognize(Waveform(clip, golden.rate))
            found = np.array([heard.probabilities[label] for label in card.labels])
            if not np.allclose(found, expected, atol=GOLDEN_TOLERANCE):
                raise DamagedBundle(
                    f"{folder} does not give its golden outputs: "
                    "its feature settings or its weights were changed."
                )


def load_recognizers(folder: Path) -> dict[str, Recognizer]:
    """Every bundle below `folder`, by name in alphabetical order; raises `DamagedBundle`."""
    found = sorted(path for path in folder.iterdir() if path.is_dir())
    recognizers = {path.name: Recognizer.load(path) for path in found}
    for name, recognizer in recognizers.items():
        if recognizer.name != name:
            raise DamagedBundle(f"{folder / name}: the card calls itself {recognizer.name!r}.")
    return recognizers
