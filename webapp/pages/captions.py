"""What the pictures of a model show, in words for those who do not see them."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.figures import ENOUGH
from webapp.told import told
from webapp.written import count, finely, number, percent, word


def matrix_words(card: Card) -> str:
    """The confusion matrix."""
    figures, labels = card.figures, card.labels
    rows = [row for row, counts in enumerate(figures.confusion) if sum(counts)]
    best, worst = max(rows, key=figures.recall), min(rows, key=figures.recall)
    share, true, heard = max(_mistakes(figures.confusion, labels))
    return _(
        "Confusion matrix of %(model)s. Best known is %(best)s (%(most)s of its clips), least "
        "%(worst)s (%(least)s). The commonest mistake: %(true)s heard as %(heard)s, in %(share)s "
        "of the %(true)s clips. All numbers are in the table below.",
        model=told(card.title),
        best=word(labels[best]),
        most=percent(figures.recall(best)),
        worst=word(labels[worst]),
        least=percent(figures.recall(worst)),
        true=word(true),
        heard=word(heard),
        share=percent(share),
    )


def curves_words(card: Card) -> str:
    """The training curves."""
    curves = card.curves
    if curves is None:
        return ""
    kept = curves.chosen - 1
    return _(
        "Training curves of %(model)s over %(epochs)s epochs. The loss on the training clips goes "
        "from %(first)s to %(last)s, on the validation clips from %(begun)s to %(ended)s. Kept was "
        "epoch %(chosen)s, with accuracy %(learnt)s in training and %(held)s in validation.",
        model=told(card.title),
        epochs=count(len(curves.loss)),
        first=number(curves.loss[0], 2),
        last=number(curves.loss[-1], 2),
        begun=number(curves.validation_loss[0], 2),
        ended=number(curves.validation_loss[-1], 2),
        chosen=count(curves.chosen),
        learnt=percent(curves.accuracy[kept]),
        held=percent(curves.validation_accuracy[kept]),
    )


def reliability_words(card: Card) -> str:
    """The reliability diagram: its lowest, its middle and its highest bin that say enough."""
    figures = card.figures
    bins = [one for one in figures.reliability if one.clips >= ENOUGH]
    some = [bins[place] for place in sorted({0, len(bins) // 2, len(bins) - 1})] if bins else []
    found = [
        _(
            "%(sure)s sure, %(right)s right",
            sure=percent(one.confidence),
            right=percent(one.right / one.clips),
        )
        for one in some
    ]
    return _(
        "Reliability diagram of %(model)s: how sure it was, and how often it was right then. "
        "%(found)s. On average the two differ by %(error)s. All numbers are in the table below.",
        model=told(card.title),
        found="; ".join(found) or _("There are too few clips to tell"),
        error=finely(figures.calibration_error),
    )


def _mistakes(
    confusion: Sequence[Sequence[int]], labels: Sequence[Emotion]
) -> Iterable[tuple[float, str, str]]:
    """Share of the clips of an emotion heard as another, that emotion, the other."""
    for true, row in zip(labels, confusion, strict=True):
        for heard, clips in zip(labels, row, strict=True):
            if heard != true:
                yield clips / max(1, sum(row)), true, heard
