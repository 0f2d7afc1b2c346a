"""One training run on one split; sees training and validation clips only."""

import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from training.augment import augmented, mixed
from training.dataset import Dataset, Labels
from training.history import HISTORY
from training.networks import BUILDERS
from training.recipe import Augmentation, Recipe, Training
from training.split import Split
from training.svm import fit_svm
from training.utterance import Utterance
from webapp.speech.features import Features, with_prosody

Rows = npt.NDArray[np.int64]

WARM_UP_EPOCHS = 5
NETWORK, FINISHED = "model.keras", "split.json"


class Batches(keras.utils.PyDataset):
    """Batches of network inputs and labels, in a new order in every epoch."""

    def __init__(
        self, inputs: Features, labels: Labels, batch_size: int, balanced: bool, seed: int
    ) -> None:
        super().__init__()
        self.inputs, self.labels, self.batch_size = inputs, labels, batch_size
        self.draw = balanced_order if balanced else any_order
        self.generator = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Features, Labels]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.batch(rows)

    def on_epoch_end(self) -> None:
        """Shuffle."""
        self.order = self.draw(self.labels, self.generator)

    def batch(self, rows: Rows) -> tuple[Features, Labels]:
        """Inputs and labels of some rows."""
        return self.inputs[rows], self.labels[rows]


def any_order(labels: Labels, generator: np.random.Generator) -> Rows:
    """Every row once."""
    return generator.permutation(len(labels))


def balanced_order(labels: Labels, generator: np.random.Generator) -> Rows:
    """Every row, those of rarer emotions so often that all emotions come equally often."""
    rows, truth = generator.permutation(len(labels)), labels.argmax(axis=1)
    of_each = [rows[truth[rows] == emotion] for emotion in np.unique(truth)]
    most = max(map(len, of_each))
    return generator.permutation(np.concatenate([np.resize(some, most) for some in of_each]))


class AugmentedClips(Batches):
    """Batches of training clips, changed anew in every epoch as the recipe says."""

    def __init__(
        self,
        recipe: Recipe,
        training: Training,
        dataset: Dataset,
        clips: Sequence[Utterance],
        seed: int,
    ) -> None:
        self.recipe, self.dataset, self.clips = recipe, dataset, clips
        nothing_yet = np.empty((len(clips), 0), dtype=np.float32)
        super().__init__(
            nothing_yet, dataset.one_hot(clips), training.batch_size, recipe.balanced, seed
        )

    def batch(self, rows: Rows) -> tuple[Features, Labels]:
        """One window of each clip, drawn and changed at random, blended with another's."""
        inputs = np.stack([self.changed(self.clips[row]) for row in rows])
        return mixed(inputs, self.labels[rows], self.recipe.augmentation.mixup, self.generator)

    def changed(self, clip: Utterance) -> Features:
        """One network input of a clip, changed at random."""
        recipe = self.recipe
        speed = float(self.generator.choice(recipe.augmentation.speeds))
        spectrum = self.dataset.spectrum(clip, speed)
        window = augmented(spectrum, recipe, self.another, self.generator)
        if not recipe.features.prosody:
            return window
        row: Features = with_prosody(window[np.newaxis], self.dataset.measures(clip, speed))[0]
        return row

    def another(self) -> Features:
        """The spectrum of any clip, as somebody else who speaks."""
        clip = self.clips[int(self.generator.integers(len(self.clips)))]
        return self.dataset.spectrum(clip, 1.0)


def windows_of(dataset: Dataset, clips: Sequence[Utterance]) -> tuple[Features, Labels]:
    """All windows of some clips as the application would hear them, each with its clip's label."""
    heard = [dataset.inputs(clip) for clip in clips]
    labels = np.repeat(dataset.one_hot(clips), [len(windows) for windows in heard], axis=0)
    return np.concatenate(heard), labels


def fit(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> keras.Model:
    """Train on one split and return the network of the epoch with the lowest validation loss.

    Writes `model.keras`, `history.csv` (one line an epoch; none for a support vector machine) and,
    last of all, `split.json` into `folder`; where that stands already, the network is read back.
    """
    if not (folder / FINISHED).is_file():
        print(f"{split.name}: training on {len(split.training)} clips", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        _train(recipe, dataset, split, seed, folder)
        split.listing.save(folder / FINISHED)
    return keras.models.load_model(folder / NETWORK, compile=False)


def _train(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> None:
    training = windows_of(dataset, split.training)
    validation = windows_of(dataset, split.validation)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    if recipe.support_vectors is not None:
        fit_svm(recipe.support_vectors, training, validation).save(folder / NETWORK)
        return
    assert recipe.training is not None  # a recipe has one or the other
    clips = _batches(recipe, recipe.training, dataset, split.training, seed)
    network = BUILDERS[recipe.network](recipe.features, len(dataset.labels), training[0])
    _descend(network, recipe.training, clips, callbacks(recipe.training, folder), validation)


def fit_on(
    network: keras.Model,
    recipe: Recipe,
    training: Training,
    dataset: Dataset,
    clips: Sequence[Utterance],
    seed: int,
    curves: Path,
) -> None:
    """Train a network further on some clips, as `training` says; nothing is chosen.

    Whoever reads the network sets Keras's seed before that; `seed` orders and changes the clips.
    Writes one line an epoch into `curves`.
    """
    batches = _batches(recipe, training, dataset, clips, seed)
    noted = [Stopwatch(), keras.callbacks.CSVLogger(curves)]
    _descend(network, training, batches, [*averaging(training), *noted], None)


def _descend(
    network: keras.Model,
    training: Training,
    batches: Batches,
    watched_by: Sequence[keras.callbacks.Callback],
    validation: tuple[Features, Labels] | None,
) -> None:
    network.compile(
        optimizer=optimizer(training, steps=len(batches)),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=training.label_smoothing),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy")],
    )
    network.optimizer.build(network.trainable_variables)  # a step that makes any is traced twice
    network.fit(
        batches,
        epochs=training.epochs,
        validation_data=validation,
        validation_batch_size=256,
        callbacks=watched_by,
        shuffle=False,  # the batches shuffle
        verbose=1 if sys.stdout.isatty() else 2,
    )


def _batches(
    recipe: Recipe,
    training: Training,
    dataset: Dataset,
    clips: Sequence[Utterance],
    seed: int,
) -> Batches:
    """Clips changed at random; where a recipe changes nothing, their windows as they are."""
    if recipe.augmentation == Augmentation() and recipe.features.pooling != "none":
        windows, labels = windows_of(dataset, clips)
        return Batches(windows, labels, training.batch_size, recipe.balanced, seed)
    return AugmentedClips(recipe, training, dataset, clips, seed)


class Stopwatch(keras.callbacks.Callback):
    """Puts the seconds that an epoch took beside its loss."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start."""
        del epoch, logs
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Stop."""
        del epoch
        if logs is not None:
            logs["seconds"] = time.perf_counter() - self.start


def optimizer(training: Training, steps: int) -> keras.optimizers.Optimizer:
    """Adam (Kingma & Ba 2015), or AdamW (Loshchilov & Hutter 2019) where weights decay."""
    rate: float | keras.optimizers.schedules.LearningRateSchedule = training.learning_rate
    if training.schedule == "cosine":
        warm_up = min(WARM_UP_EPOCHS, training.epochs - 1)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=training.learning_rate / 10,
            warmup_target=training.learning_rate,
            warmup_steps=warm_up * steps,
            decay_steps=(training.epochs - warm_up) * steps,
        )
    average = {
        "use_ema": bool(training.weight_averaging),
        "ema_momentum": training.weight_averaging or 0.99,
    }
    if training.weight_decay:
        return keras.optimizers.AdamW(rate, weight_decay=training.weight_decay, **average)
    return keras.optimizers.Adam(rate, **average)


def callbacks(training: Training, folder: Path) -> list[keras.callbacks.Callback]:
    """Keep the best epoch by validation loss, write the curves, stop early where asked to."""
    kept = keras.callbacks.ModelCheckpoint(
        folder / NETWORK, monitor="val_loss", save_best_only=True
    )
    noted = [Stopwatch(), kept, keras.callbacks.CSVLogger(folder / HISTORY)]
    found = [*averaging(training), *noted]  # the checkpoint is to see the averaged weights
    if training.patience:
        found.append(keras.callbacks.EarlyStopping("val_loss", patience=training.patience))
    return found


def averaging(training: Training) -> list[keras.callbacks.Callback]:
    """What puts the averaged weights in place at the end of an epoch, where there are any."""
    return [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if training.weight_averaging else []
