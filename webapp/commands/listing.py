"""`flask models`: the models and their figures."""

from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from webapp.commands.afar import Server, may_ask_a_server
from webapp.speech.bundle import Card
from webapp.speech.errors import SpeechError
from webapp.speech.figures import Elsewhere
from webapp.submission import desk

COLUMNS = (
    *("name", "title", "version", "accuracy", "UAR", "macro F1"),
    *("calibration error", "surest", "named", "right", "leak", "protocol"),
)
"""Of the table of models."""


@click.command()
@with_appcontext
@may_ask_a_server
def models(elsewhere: Server | None) -> None:
    """List the models and their figures.

    The figures are of voices that were held out while the same recipe was trained; `surest` is
    accuracy on the 70% of clips that a model is surest of, `named` the share in which it names an
    emotion, `right` how often it then is. The leak is how much higher UAR is where clips are split
    at random, so that the models know the voices they are examined on.
    """
    found = _models(elsewhere)
    rows = [COLUMNS, *(_row(card) for card, _ in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    for card, missing in found:
        for one in card.elsewhere:
            click.echo(f"{card.name} on {one.corpus}, never trained on: {_strange(one)}")
        if missing is not None:
            click.echo(missing)


def _models(elsewhere: Server | None) -> Sequence[tuple[Card, str | None]]:
    """The card of each model, and what it needs before it can hear."""
    if elsewhere is None:
        return [(one.card, one.missing) for one in desk().recognizers.values()]
    try:
        return [(one.card, one.missing) for one in elsewhere.models()]
    except SpeechError as error:
        raise click.ClickException(f"{error.code}: {error.sentence}") from error


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
