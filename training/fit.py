"""One training run on one split; sees training and validation clips only."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from training.augment import augmented, mixed
from training.dataset import Dataset, Labels
from training.networks import BUILDERS
from training.recipe import Recipe, Training
from training.splits import Split
from training.utterance import Utterance
from webapp.speech.features import Features

WARM_UP_EPOCHS = 5
NETWORK, HISTORY, FINISHED = "model.keras", "history.csv", "split.json"


class AugmentedClips(keras.utils.PyDataset):
    """Batches of training clips, in a new order and changed anew in every epoch."""

    def __init__(
        self, dataset: Dataset, clips: Sequence[Utterance], recipe: Recipe, seed: int
    ) -> None:
        super().__init__()
        self.dataset, self.clips, self.recipe = dataset, clips, recipe
        self.labels = dataset.one_hot(clips)
        self.generator = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self.clips) / self.recipe.training.batch_size)

    def __getitem__(self, index: int) -> tuple[Features, Labels]:
        size = self.recipe.training.batch_size
        rows = self.order[index * size : (index + 1) * size]
        inputs = np.stack([self.changed(self.clips[row]) for row in rows])
        return mixed(inputs, self.labels[rows], self.recipe.augmentation.mixup, self.generator)

    def on_epoch_end(self) -> None:
        """Shuffle."""
        self.order = self.generator.permutation(len(self.clips))

    def changed(self, clip: Utterance) -> Features:
        """One network input of a clip, changed at random as the recipe says."""
        return augmented(
            lambda speed: self.dataset.log_mels(clip, speed),
            self.recipe.augmentation,
            self.recipe.features,
            self.generator,
        )


def windows_of(dataset: Dataset, clips: Sequence[Utterance]) -> tuple[Features, Labels]:
    """All windows of some clips as the application would hear them, each with its clip's label."""
    heard = [dataset.inputs(clip) for clip in clips]
    labels = np.repeat(dataset.one_hot(clips), [len(windows) for windows in heard], axis=0)
    return np.concatenate(heard), labels


def fit(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> keras.Model:
    """Train on one split and return the network of the epoch with the lowest validation loss.

    Writes `model.keras`, `history.csv` (one line an epoch) and, last of all, `split.json` into
    `folder`; where that stands already, the network is read back.
    """
    if not (folder / FINISHED).is_file():
        _train(recipe, dataset, split, seed, folder)
        split.listing.save(folder / FINISHED)
    return keras.models.load_model(folder / NETWORK, compile=False)


def _train(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> None:
    print(f"{split.name}: training on {len(split.training)} clips", flush=True)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    clips = AugmentedClips(dataset, split.training, recipe, seed)
    plain, _ = windows_of(dataset, split.training)
    network = BUILDERS[recipe.network](recipe.features.input_shape, len(dataset.labels), plain)
    network.compile(
        optimizer=optimizer(recipe.training, steps=len(clips)),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.training.label_smoothing),
        metrics=["accuracy"],
    )
    folder.mkdir(parents=True, exist_ok=True)
    network.fit(
        clips,
        epochs=recipe.training.epochs,
        validation_data=windows_of(dataset, split.validation),
        validation_batch_size=256,
        callbacks=callbacks(recipe.training, folder),
        shuffle=False,  # AugmentedClips shuffles
        verbose=1 if sys.stdout.isatty() else 2,
    )


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
    averaging = {
        "use_ema": bool(training.weight_averaging),
        "ema_momentum": training.weight_averaging or 0.99,
    }
    if training.weight_decay:
        return keras.optimizers.AdamW(rate, weight_decay=training.weight_decay, **averaging)
    return keras.optimizers.Adam(rate, **averaging)


def callbacks(training: Training, folder: Path) -> list[keras.callbacks.Callback]:
    """Keep the best epoch by validation loss, write the curves, stop early where asked to."""
    kept = keras.callbacks.ModelCheckpoint(
        folder / NETWORK, monitor="val_loss", save_best_only=True
    )
    found = [kept, keras.callbacks.CSVLogger(folder / HISTORY)]
    if training.weight_averaging:  # before the checkpoint, which is to see the averaged weights
        found.insert(0, keras.callbacks.SwapEMAWeights(swap_on_epoch=True))
    if training.patience:
        found.append(keras.callbacks.EarlyStopping("val_loss", patience=training.patience))
    return found
