"""From a finished run to a bundle that the application can load."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import numpy.typing as npt

from training.evaluate import Answers
from training.fit import FINISHED, NETWORK
from training.run import RunCard, RunError, read_run
from training.splits import DESCRIPTIONS, Listing, voices
from webapp.speech.bundle import (
    GOLDEN,
    KERAS,
    TFLITE,
    Card,
    Figures,
    Golden,
    Origin,
    sha256,
    write_card,
)
from webapp.speech.emotions import Emotion
from webapp.speech.features import Features, FeatureSettings, network_inputs
from webapp.speech.recognizer import Recognizer
from webapp.speech.waveform import Waveform

LICENCE = "CC BY-NC-SA 4.0"
CREDIT = (
    "Trained on RAVDESS: Livingstone SR, Russo FA (2018), The Ryerson Audio-Visual Database of "
    "Emotional Speech and Song, PLoS ONE 13(5): e0196391, DOI 10.1371/journal.pone.0196391, "
    "CC BY-NC-SA 4.0. These weights are released under the same terms."
)


def release(run_folder: Path, figures: Figures, folder: Path) -> Card:
    """Make a verified bundle of a run in `folder`, whose last part is its name.

    It takes the place of an earlier one only once LiteRT has given the answers that Keras gives.
    Raises `DamagedBundle` where it does not, `RunError` where the run is not finished.
    """
    run = read_run(run_folder)
    split_folder = run_folder / "all_speakers"
    if not (split_folder / FINISHED).is_file():
        raise RunError(f"{run_folder} is not finished. Run the same `fit` again to go on with it.")
    network = keras.models.load_model(split_folder / NETWORK, compile=False)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as temporary:
        made = Path(temporary)
        network.save(made / KERAS)  # without the optimizer's state
        (made / TFLITE).write_bytes(to_tflite(network))
        golden_clips(network, run.recipe.features).save(made / GOLDEN)
        card = bundle_card(folder.name, run, Listing.load(split_folder / FINISHED), figures, made)
        write_card(made, card)
        Recognizer.load(made)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
        folder.chmod(0o755)  # a temporary folder is its maker's alone
    return card


def bundle_card(name: str, run: RunCard, split: Listing, figures: Figures, folder: Path) -> Card:
    """The card of the files in `folder`; the version is the start of the weights' checksum."""
    checksums = {file: sha256(folder / file) for file in (KERAS, TFLITE, GOLDEN)}
    return Card(
        name=name,
        title=run.recipe.title,
        summary=run.recipe.summary,
        version=checksums[TFLITE][:12],
        labels=tuple(Emotion),
        features=run.recipe.features,
        recipe=msgspec.to_builtins(run.recipe),
        origin=Origin(
            corpora=run.corpora,
            clips=len(split.training),
            speakers=voices(split.training),
            validation_speakers=voices(split.validation),
            seed=run.seed,
            data_checksum=run.data_checksum,
            packages=run.packages,
        ),
        figures=figures,
        licence=LICENCE,
        credit=CREDIT,
        checksums=checksums,
    )


def figures_of(runs: Sequence[RunCard], answers: Sequence[Answers]) -> Figures:
    """The figures of one recipe under one protocol, averaged over the seeds, their clips summed."""
    first = runs[0]
    corpora = "".join(f" --corpus {corpus}=DIR" for corpus in first.corpora)
    return Figures(
        protocol=first.protocol,
        description=DESCRIPTIONS[first.protocol],
        command=(
            f"python -m training evaluate {first.recipe.name} --protocol {first.protocol}"
            f"{corpora} --seeds {len(runs)}"
        ),
        corpora=first.corpora,
        clips=first.clips,
        speakers=first.speakers,
        seeds=tuple(run.seed for run in runs),
        accuracy=float(np.mean([one.accuracy for one in answers])),
        uar=float(np.mean([one.uar for one in answers])),
        macro_f1=float(np.mean([one.macro_f1 for one in answers])),
        confusion=tuple(
            tuple(int(count) for count in row)
            for row in np.sum([one.confusion for one in answers], axis=0)
        ),
    )


def to_tflite(network: keras.Model) -> bytes:
    """The network as a LiteRT model of fixed batch 1 without TensorFlow's Flex operators.

    The variables are frozen with the control flow kept: an LSTM exported otherwise needs Flex, or
    loses its weights without a word.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (  # no public name exists
        convert_variables_to_constants_v2,
    )

    signature = tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)
    call: Any = tf.function(lambda inputs: network(inputs, training=False))
    frozen = convert_variables_to_constants_v2(
        call.get_concrete_function(signature), lower_control_flow=False
    )
    converted: bytes = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
    return converted


def golden_clips(network: keras.Model, settings: FeatureSettings) -> Golden:
    """Synthetic clips with what Keras makes of them. Nobody's voice: they are published."""
    rate = 16_000
    clips = np.stack([synthetic_voice(pitch, rate, seconds=2.5) for pitch in (110.0, 180.0, 260.0)])
    inputs = [network_inputs(Waveform(c.astype(np.float32) / 32768, rate), settings) for c in clips]
    outputs = [network.predict(windows, verbose=0).mean(axis=0) for windows in inputs]
    return Golden(
        samples=clips,
        rate=rate,
        inputs=inputs[0],
        probabilities=np.stack(outputs),
        labels=tuple(Emotion),
    )


def synthetic_voice(pitch: float, rate: int, seconds: float) -> npt.NDArray[np.int16]:
    """A vowel-like sound, int16: harmonics of a gliding pitch (Hz), four syllables a second."""
    time = np.arange(round(rate * seconds)) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.2 * np.sin(2 * np.pi * 0.7 * time))) / rate
    harmonics = np.arange(1, int(4000 / (pitch * 1.2)))
    formants = sum(np.exp(-(((harmonics * pitch - f) / 250.0) ** 2)) for f in (600, 1400, 2600))
    voiced = ((formants + 0.02) / harmonics**0.5) @ np.sin(np.outer(harmonics, phase))
    syllables = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * time)
    sound: Features = voiced * syllables
    return np.asarray(np.round(0.5 * 32767 * sound / np.abs(sound).max()), dtype=np.int16)
