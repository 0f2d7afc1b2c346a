"""What the pictures of a model show, in words for those who do not see them."""

from collections.abc import Iterable, Sequence

from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.figures import ENOUGH


def matrix_words(card: Card) -> str:
    """The confusion matrix."""
    figures, labels = card.figures, card.labels
    rows = range(len(labels))
    best, worst = max(rows, key=figures.recall), min(rows, key=figures.recall)
    share, true, heard = max(_mistakes(figures.confusion, labels))
    return (
        f"Confusion matrix of {card.title}. Best known is {labels[best]} "
        f"({figures.recall(best):.0%} of its clips), least {labels[worst]} "
        f"({figures.recall(worst):.0%}). The commonest mistake: {true} heard as {heard}, "
        f"in {share:.0%} of the {true} clips. All numbers are in the table below."
    )


def curves_words(card: Card) -> str:
    """The training curves."""
    curves = card.curves
    if curves is None:
        return ""
    kept = curves.chosen - 1
    return (
        f"Training curves of {card.title} over {len(curves.loss)} epochs. The loss on the training "
        f"clips goes from {curves.loss[0]:.2f} to {curves.loss[-1]:.2f}, on the validation clips "
        f"from {curves.validation_loss[0]:.2f} to {curves.validation_loss[-1]:.2f}. Kept was epoch "
        f"{curves.chosen}, with accuracy {curves.accuracy[kept]:.0%} in training and "
        f"{curves.validation_accuracy[kept]:.0%} in validation."
    )


def reliability_words(card: Card) -> str:
    """The reliability diagram: its lowest, its middle and its highest bin that say enough."""
    figures = card.figures
    bins = [one for one in figures.reliability if one.clips >= ENOUGH]
    some = [bins[place] for place in sorted({0, len(bins) // 2, len(bins) - 1})] if bins else []
    told = [f"{one.confidence:.0%} sure, {one.right / one.clips:.0%} right" for one in some]
    return (
        f"Reliability diagram of {card.title}: how sure it was, and how often it was right then. "
        f"{'; '.join(told) or 'There are too few clips to tell'}. "
        f"On average the two differ by {figures.calibration_error:.1%}. "
        "All numbers are in the table below."
    )


def _mistakes(
    confusion: Sequence[Sequence[int]], labels: Sequence[Emotion]
) -> Iterable[tuple[float, str, str]]:
    """Share of the clips of an emotion heard as another, that emotion, the other."""
    for true, row in zip(labels, confusion, strict=True):
        for heard, count in zip(labels, row, strict=True):
            if heard != true:
                yield count / max(1, sum(row)), true, heard
