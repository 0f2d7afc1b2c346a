"""Models: every released bundle side by side, how good each is and how to choose."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request

from webapp import pictures, sayings
from webapp.agreement import Agreement
from webapp.pages.captions import curves_words, matrix_words, reliability_words
from webapp.pages.files import SVG, picture
from webapp.speech.bundle import PICTURES, TFLITE, Card
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Figures
from webapp.speech.recognizer import Recognizer
from webapp.submission import desk

blueprint = Blueprint("models", __name__, url_prefix="/models")

CONFUSION, RELIABILITY, CURVES = PICTURES


@dataclass(frozen=True)
class Model:
    """A model as the page shows it."""

    card: Card
    missing: str | None
    """What it needs before it can hear."""
    size: int | None
    """Bytes of the weights that serving loads; None where they are not on this disk."""

    def has(self, picture: str) -> bool:
        """Whether its bundle holds that picture."""
        return picture in self.card.checksums


@dataclass(frozen=True)
class Baseline:
    """What the same answer to every clip, without hearing any, would reach."""

    accuracy: float
    emotions: int

    @property
    def uar(self) -> float:
        """One emotion is always right, the others never are."""
        return 1 / self.emotions

    @property
    def macro_f1(self) -> float:
        """The same for F1: recall is 1 for that emotion, precision its share of the clips."""
        return 2 * self.accuracy / (1 + self.accuracy) / self.emotions


@dataclass(frozen=True)
class Advice:
    """Which models suit which wish."""

    rightest: Model
    rivals: Sequence[Model]
    """So near to the rightest that chance may have put it first."""
    better: Sequence[Model]
    """Would be right still more often, but need something that is not installed."""
    fastest: Model
    smallest: Model | None
    frankest: Model
    """Its confidence is nearest to how often it is right."""


@blueprint.get("")
def show() -> str:
    """All models, the one that is right most often first."""
    models = [_model(recognizer) for recognizer in desk().recognizers.values()]
    models.sort(key=_uar, reverse=True)
    agreements = sayings.agreements()
    return render_template(
        "models.html",
        models=models,
        advice=advice(models),
        baselines=sorted({_baseline(one.card.figures) for one in _alike(models)}, key=str),
        default=desk().settings.default_model,
        agreements=agreements,
        others=_others(models, agreements),
        every_emotion=tuple(Emotion),
        matrix_words=matrix_words,
        reliability_words=reliability_words,
        curves_words=curves_words,
    )


@blueprint.get("/<name>/confusion.svg", defaults={"drawing": CONFUSION})
@blueprint.get("/<name>/reliability.svg", defaults={"drawing": RELIABILITY})
@blueprint.get("/<name>/curves.svg", defaults={"drawing": CURVES})
def draw(name: str, drawing: str) -> Response:
    """A picture from the bundle. Caches keep it and ask each time whether it is still the same."""
    recognizer = desk().recognizers.get(name) or abort(404)
    checksum = recognizer.card.checksums.get(drawing) or abort(404)
    path = _folder(recognizer.card) / drawing
    if not path.is_file():
        abort(404)
    response = picture(pictures.without_styles(path.read_text(encoding="utf-8")), SVG)
    response.set_etag(checksum)
    response.make_conditional(request)
    return response


def advice(models: Sequence[Model]) -> Advice:
    """Which model to choose for what, from their cards; of those that can hear, if any can.

    Those that were fine-tuned are left aside.
    """
    alike = _alike(models)
    ready = [model for model in alike if model.missing is None] or alike
    rightest = max(ready, key=_uar)
    sized = [model for model in ready if model.size is not None]
    return Advice(
        rightest=rightest,
        rivals=[one for one in ready if one is not rightest and _near(one, rightest)],
        better=[one for one in alike if one not in ready and _uar(one) > _uar(rightest)],
        fastest=min(ready, key=lambda model: model.card.milliseconds),
        smallest=min(sized, key=lambda model: model.size or 0, default=None),
        frankest=min(ready, key=lambda model: model.card.figures.calibration_error),
    )


def _alike(models: Sequence[Model]) -> Sequence[Model]:
    """Those that were not fine-tuned, which is to be measured on other clips; all, if all were."""
    return [model for model in models if model.card.before is None] or models


def _model(recognizer: Recognizer) -> Model:
    weights = _folder(recognizer.card) / TFLITE
    size = weights.stat().st_size if weights.is_file() else None
    return Model(recognizer.card, recognizer.missing, size)


def _others(
    models: Sequence[Model], agreements: Mapping[tuple[str, str], Agreement]
) -> Counter[str]:
    """Of how many answers of each model people spoke that its other versions gave."""
    installed = {(model.card.name, model.card.version) for model in models}
    counted: Counter[str] = Counter()
    for key, one in agreements.items():
        if key not in installed:
            counted[key[0]] += one.total
    return counted


def _folder(card: Card) -> Path:
    return desk().settings.bundles / card.name


def _baseline(figures: Figures) -> Baseline:
    return Baseline(round(figures.majority, 3), len(figures.confusion))


def _uar(model: Model) -> float:
    return model.card.figures.uar


def _near(one: Model, best: Model) -> bool:
    """Whether their UAR differ by no more than the seeds of either do."""
    spreads = (model.card.figures.spread or 0.0 for model in (one, best))
    return _uar(best) - _uar(one) <= max(spreads)
