"""What a run's networks answer as they are served, with weights of eight bits, and in full.

    python -m tests.measure.eight_bits RUN --corpus ravdess=DIR [--instance DIR]

RUN is a finished run of `python -m training evaluate` below `runs` of the instance folder. Each of
its networks is made a LiteRT model twice, and hears the clips that it was measured on.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from training.__main__ import corpus_folder
from training.answers import Answers
from training.calibrate import read_calibration
from training.corpora import load_corpora
from training.dataset import Dataset
from training.ears import Ears
from training.export import to_tflite
from training.fit import FINISHED, NETWORK
from training.run import read_run
from training.split import Listing
from webapp.config import ROOT


class Served:
    """A network as the application runs it, in the place of Keras's, and how long that takes."""

    def __init__(self, network: keras.Model, emotions: int, eight_bits: bool) -> None:
        self._emotions = emotions
        self._interpreter = Interpreter(
            model_content=to_tflite(network, eight_bits=eight_bits), num_threads=1
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self.seconds: list[float] = []

    def predict(self, inputs: np.ndarray, **_: object) -> list[np.ndarray]:
        """What is made of each window: probabilities, and the embeddings they are made of."""
        rows = np.stack([self._run(window) for window in inputs])
        return [rows[:, : self._emotions], rows[:, self._emotions :]]

    def _run(self, window: np.ndarray) -> np.ndarray:
        begun = time.perf_counter()
        self._interpreter.set_tensor(self._input, window[np.newaxis])
        self._interpreter.invoke()
        row = self._interpreter.get_tensor(self._output)[0]
        self.seconds.append(time.perf_counter() - begun)
        return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run")
    parser.add_argument("--corpus", action="append", type=corpus_folder, required=True)
    parser.add_argument("--instance", type=Path, default=ROOT / "instance")
    options = parser.parse_args()
    folder = options.instance / "runs" / options.run
    run, cache = read_run(folder), options.instance / "features"
    utterances = load_corpora(dict(options.corpus), cache / "heard.json")
    dataset = Dataset(utterances, run.recipe.features, run.recipe.augmentation.speeds, cache)
    by_name = {clip.full_name: clip for clip in utterances}
    found: dict[bool, list[Answers]] = {False: [], True: []}
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for listing in sorted(folder.glob(f"*/{FINISHED}")):
        network = keras.models.load_model(listing.parent / NETWORK, compile=False)
        clips = [by_name[name] for name in Listing.load(listing).test]
        for eight_bits in found:
            served = Served(network, len(dataset.labels), eight_bits)
            ears = Ears(served, *read_calibration(listing.parent))
            found[eight_bits].append(ears.answers(dataset, clips))
            seconds[eight_bits] += served.seconds
    full, short = (Answers.joined(found[one]) for one in (False, True))
    for name, one, bits in (("32 bits", full, False), ("8 bits", short, True)):
        print(
            f"{name}: UAR {one.uar:.4f}, accuracy {one.accuracy:.4f}, calibration error "
            f"{one.calibration_error:.4f}, surest {one.surest:.4f}, named {one.named.mean():.4f}, "
            f"unlike {one.unlike.mean():.4f}; {1000 * np.median(seconds[bits]):.2f} ms a window"
        )
    apart = np.abs(full.probabilities - short.probabilities).max(axis=1)
    print(
        f"the same label for {(full.heard == short.heard).mean():.2%} of {len(apart)} clips; "
        f"probabilities apart by {apart.mean():.4f} on average and {apart.max():.4f} at most"
    )


if __name__ == "__main__":
    main()
