"""The same acts for a shell: `flask recognize` and `flask models`."""

import json
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from webapp.speech.bundle import Card
from webapp.speech.errors import SpeechError, UnknownModel
from webapp.speech.figures import Elsewhere
from webapp.submission import Desk, desk
from webapp.tables import Prediction, Source
from webapp.verdict import verdict

COLUMNS = (
    *("name", "title", "version", "accuracy", "UAR", "macro F1"),
    *("calibration error", "surest", "named", "right", "leak", "protocol"),
)
"""Of the table of models."""


class FileNotThere(SpeechError):
    """No file at that path."""

    code = "file_not_found"


class FileNotReadable(SpeechError):
    """Something is at that path, but nothing that can be read."""

    code = "file_not_readable"


def register(app: Flask) -> None:
    """Offer the commands to `flask`."""
    app.cli.add_command(recognize)
    app.cli.add_command(models)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--model", help="Bundle that hears; see `flask models`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--no-log", is_flag=True, help="Leave neither a row nor the audio in the log.")
@with_appcontext
def recognize(files: tuple[str, ...], model: str | None, as_json: bool, no_log: bool) -> None:
    """Name the emotion of the voice in each FILE, one line a file."""
    at = desk()
    try:
        missing = at.recognizer(model).missing
    except UnknownModel as error:
        raise click.BadParameter(error.sentence, param_hint="--model") from error
    if missing is not None:
        raise click.ClickException(missing)
    describe, deplore = (_json, _json_error) if as_json else (_line, _line_error)
    failed = False
    for file in files:
        try:
            line = describe(file, _submit(at, Path(file), model, log=not no_log))
        except SpeechError as error:
            line, failed = deplore(file, error), True
        click.echo(line)
    if failed:
        raise SystemExit(1)


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


def _submit(at: Desk, path: Path, model: str | None, log: bool) -> Prediction:
    try:
        with path.open("rb") as file:
            data = file.read(at.settings.limits.bytes + 1)  # one more is enough to refuse it
    except FileNotFoundError as error:
        raise FileNotThere("There is no such file. Check the path.") from error
    except OSError as error:
        raise FileNotReadable(f"This cannot be read: {error.strerror}.") from error
    return at.submit(data, source=Source.SHELL, file_name=path.name, model=model, log=log)


def _json(file: str, prediction: Prediction) -> str:
    return json.dumps(
        {
            "file": file,
            "emotion": prediction.emotion,
            "confidence": prediction.confidence,
            "named": prediction.named,
            "probabilities": prediction.probabilities,
            "remarks": prediction.remarks,
            "model": prediction.model,
            "duration_seconds": prediction.seconds,
        }
    )


def _json_error(file: str, error: SpeechError) -> str:
    return json.dumps({"file": file, "error": {"code": error.code, "sentence": error.sentence}})


def _line(file: str, prediction: Prediction) -> str:
    ranking = [f"{emotion} {share:.0%}" for emotion, share in prediction.ranking]
    heard = verdict(prediction)
    if prediction.named:
        headline, others = ranking[0], ranking[1:4]
    else:
        headline, others = heard.words.lower(), ranking[:3]
        headline += "" if heard.share is None else f" {heard.share:.0%}"
    remarks = [code.replace("_", " ") for code in prediction.remarks]
    end = "".join(f"; {remark}" for remark in remarks if remark != heard.words.lower())
    return f"{click.format_filename(file)}: {headline} ({', '.join(others)}){end}"


def _line_error(file: str, error: SpeechError) -> str:
    return f"{click.format_filename(file)}: error {error.code}: {error.sentence}"
