"""A recipe: every setting of a training run, read strictly from a small TOML file."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from webapp.speech.bundle import CARD, read_card
from webapp.speech.features import FeatureSettings

RECIPES = Path(__file__).parent / "recipes"
BUNDLES = Path(__file__).parents[1] / "webapp" / "bundles"

WORDS = ("title", "summary")
"""May hold {start}, which stands for the title of the bundle that is fine-tuned."""

Ratio = Annotated[float, msgspec.Meta(ge=0.0, lt=1.0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class RecipeError(Exception):
    """A recipe that does not exist or does not hold; the message names the file and the key."""


class _Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the parts of a recipe: immutable, and an unknown key is an error."""


class Augmentation(_Settings, frozen=True, kw_only=True):
    """Random changes to training clips, drawn anew in every epoch. The default changes nothing."""

    speeds: tuple[float, ...] = (1.0,)
    """Playing speeds to draw from: they move pitch and formants, as another speaker's would."""
    stretch: Ratio = 0.0
    """Tempo changes by up to this share, pitch and formants unchanged."""
    equalizer_db: float = 0.0
    """Deviation of a smooth random frequency response: another microphone, another room."""
    noise_db: tuple[float, float] | None = None
    """Range of signal-to-noise ratios of added coloured noise (dB)."""
    noise_share: Ratio = 0.5
    """Share of the clips that noise is added to."""
    time_masks: int = 0
    mel_masks: int = 0
    """SpecAugment (Park et al. 2019): how many runs of frames, or of mel bands, are blanked."""
    mask_share: Ratio = 0.1
    """Longest mask as a share of its axis."""
    mixup: float = 0.0
    """Alpha of mixup (Zhang et al. 2018); 0 mixes nothing."""


class Conditions(_Settings, frozen=True, kw_only=True):
    """Other rooms, devices and surroundings than the corpus was recorded with, drawn at random."""

    room_share: Ratio = 0.0
    """Share of the clips that get the reverberation of a room."""
    noise_share: Ratio = 0.0
    """Share that gets noise all around and under the voice, a quarter of it other voices."""
    noise_db: tuple[float, float] = (5.0, 35.0)
    """Range of signal-to-noise ratios, mean power of the voice over that of the noise (dB)."""
    band_share: Ratio = 0.0
    """Share whose lowest and highest frequencies are lost, as over a telephone."""


class Training(_Settings, frozen=True, kw_only=True):
    """How the weights are found."""

    epochs: Count
    batch_size: Count
    learning_rate: float
    schedule: Literal["constant", "cosine"] = "constant"
    """`cosine`: a short linear warm-up, then cosine decay to zero at the last epoch."""
    weight_decay: float = 0.0
    label_smoothing: Ratio = 0.0
    weight_averaging: Ratio = 0.0
    """Momentum of the exponential moving average of the weights; 0 averages nothing."""
    patience: Count | None = None
    """Epochs without a better validation loss after which training stops; None runs them all."""


class SupportVectors(_Settings, frozen=True, kw_only=True):
    """How a support vector machine is fitted: no epochs, no weights that descend."""

    penalty: float
    """C: what a training clip on the wrong side costs."""
    gamma: float | None = None
    """Width of the RBF kernel; None is 1 / coefficients, scikit-learn's for scaled inputs."""


class Claim(_Settings, frozen=True, kw_only=True):
    """What others have reported for such a network, to stand beside our figure."""

    figure: str
    corpora: tuple[str, ...]
    protocol: str
    """Ours that is nearest to theirs."""
    as_published: str
    """Theirs, in words."""


class Start(_Settings, frozen=True, kw_only=True):
    """The released bundle that training goes on from."""

    name: str
    version: str


class Recipe(_Settings, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a run is made of but the data and the seed."""

    name: str
    title: str
    summary: str
    network: str
    features: FeatureSettings
    augmentation: Augmentation = Augmentation()
    conditions: Conditions = Conditions()
    balanced: bool = False
    """Whether training hears each emotion equally often, however many clips it has."""
    training: Training | None = None
    refit: Training | None = None
    """How the chosen network goes on, with the validation speakers among its clips; None: not."""
    support_vectors: SupportVectors | None = None
    """A network is trained; a support vector machine is fitted. One of the two is there."""
    members: Count = 1
    """How many networks answer together, each trained from other weights, its epoch chosen by other
    speakers."""
    claims: tuple[Claim, ...] = ()
    start: Start | None = None
    """What is fine-tuned, which `network` and `features` are those of; None: weights by chance."""

    def __post_init__(self) -> None:
        if (self.training is None) == (self.support_vectors is None):
            raise ValueError("a recipe has either [training] or [support_vectors]")
        if self.members > 1 and self.training is None:
            raise ValueError("[support_vectors] are found without chance: `members` must be 1")
        if self.start and (self.training is None or self.refit or self.members > 1):
            raise ValueError("with `start` there is [training], no [refit] and no `members`")
        if self.conditions != Conditions() and "chroma" in self.features.channels:
            raise ValueError("[conditions] cannot change the chroma channel")

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that differ between recipes that give different weights."""
        silent = msgspec.structs.replace(self, title="", summary="", claims=())
        return hashlib.sha256(msgspec.json.encode(silent)).hexdigest()[:8]


def load_recipe(
    name: str, folder: Path = RECIPES, bundles: Path = BUNDLES, start: str | None = None
) -> Recipe:
    """The recipe of that name, or in the TOML file of that name.

    One that fine-tunes a bundle takes it from `bundles`, and another than it says where `start`
    names one. Raises `RecipeError` for an unknown name, key or value, `DamagedBundle`.
    """
    path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml")))
        raise RecipeError(f"No recipe is called {name!r}; known: {known}, or a .toml file's path.")
    try:
        said = tomllib.loads(path.read_text())
        if start or "start" in said:
            said = _begun(said, bundles, start)
        return msgspec.convert({**said, "name": path.stem}, Recipe)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RecipeError(f"{path}: {error}") from error


def _begun(said: Mapping[str, Any], bundles: Path, start: str | None) -> dict[str, Any]:
    """A recipe that starts from a bundle, with what only the bundle can say."""
    if "start" not in said or {"network", "features"} & set(said):
        raise RecipeError(
            "A recipe that fine-tunes a bundle says `start`, and neither `network` nor [features], "
            "which are the bundle's: try fine_tune."
        )
    folder = bundles / (start or str(said["start"]))
    if not (folder / CARD).is_file():
        known = ", ".join(sorted(path.parent.name for path in bundles.glob(f"*/{CARD}")))
        raise RecipeError(f"No bundle is called {folder.name!r}; known: {known or 'none'}.")
    card = read_card(folder)
    words = {key: str(said.get(key, "")).replace("{start}", card.title) for key in WORDS}
    return {
        **said,
        **words,
        "network": card.recipe["network"],
        "features": msgspec.to_builtins(card.features),
        "start": {"name": card.name, "version": card.version},
    }
