"""`flask models`: the models and their figures."""

import click
from flask.cli import with_appcontext

from webapp.speech.bundle import Card
from webapp.speech.figures import Elsewhere
from webapp.submission import desk

COLUMNS = (
    *("name", "title", "version", "accuracy", "UAR", "macro F1"),
    *("calibration error", "surest", "named", "right", "leak", "protocol"),
)
"""Of the table of models."""


@click.command()
@with_appcontext
def models() -> None:
    """List the models and their figures.

    The figures are of voices that were held out while the same recipe was trained; `surest` is
    accuracy on the 70% of clips that a model is surest of, `named` the share in which it names an
    emotion, `right` how often it then is. The leak is how much higher UAR is where clips are split
    at random, so that the models know the voices they are examined on.
    """
    recognizers = desk().recognizers.values()
    rows = [COLUMNS, *(_row(recognizer.card) for recognizer in recognizers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    for recognizer in recognizers:
        for one in recognizer.card.elsewhere:
            click.echo(f"{recognizer.name} on {one.corpus}, never trained on: {_strange(one)}")
        if recognizer.missing is not None:
            click.echo(recognizer.missing)


def _row(card: Card) -> tuple[str, ...]:
    figures = card.figures
    rates = (figures.accuracy, figures.uar, figures.macro_f1)
    trust = (figures.calibration_error, figures.surest, figures.named, figures.named_right)
    leak = "-" if card.leak is None else f"{card.leak:+.3f}"
    shown = (f"{x:.3f}" for x in (*rates, *trust))
    return card.name, card.title, card.version, *shown, leak, figures.protocol


def _strange(one: Elsewhere) -> str:
    return (
        f"UAR {one.uar:.3f}, {one.among:.3f} where only its {len(one.emotions)} emotions are to "
        f"choose from, chance {one.chance:.3f}; {one.unlike:.0%} unlike its training"
    )
