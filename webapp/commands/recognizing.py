"""`flask recognize`: hear files, and whole folders on all cores."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
from flask.cli import with_appcontext

from webapp.commands.afar import AT_ONCE, Server, may_ask_a_server
from webapp.commands.lines import deplored, deplored_as_json, described, described_as_json
from webapp.commands.paths import Found, recordings
from webapp.commands.processes import cores, spread, spread_threads
from webapp.speech.errors import SpeechError, UnknownModel
from webapp.submission import desk
from webapp.tables import Prediction, Source

CLEARED = "\r\x1b[K"
"""Takes the progress bar away before a line takes its place."""


class FileNotThere(SpeechError):
    """No file at that path."""

    code = "file_not_found"


class FileNotReadable(SpeechError):
    """Something is at that path, but nothing that can be read."""

    code = "file_not_readable"


class Wish(NamedTuple):
    """How files are to be heard, and told of."""

    model: str | None
    as_json: bool
    log: bool
    server: Server | None = None
    """Who hears instead of this machine."""


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--model", help="Bundle that hears; see `flask models`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--no-log", is_flag=True, help="Leave neither a row nor the audio in the log.")
@click.option("--recursive", is_flag=True, help="Hear the recordings in folders, too.")
@click.option("--jobs", type=click.IntRange(1), help="Processes that hear; by default, all cores.")
@with_appcontext
@may_ask_a_server
def recognize(
    files: tuple[str, ...],
    model: str | None,
    as_json: bool,
    no_log: bool,
    recursive: bool,
    jobs: int | None,
    elsewhere: Server | None,
) -> None:
    """Name the emotion of the voice in each FILE, one line a file, in order."""
    if elsewhere is not None and no_log:
        raise click.UsageError("--no-log goes without --server: a server logs what it hears.")
    _check(model) if elsewhere is None else _check_afar(elsewhere, model)
    found = list(recordings(files, recursive))
    wish = Wish(model, as_json, log=not no_log, server=elsewhere)
    at_once = jobs or (cores() if elsewhere is None else AT_ONCE)
    try:
        failed = _tell(found, wish, min(at_once, len(found)))
    except BrokenProcessPool as error:
        raise click.ClickException(
            "A process was ended while it heard, perhaps for want of memory. "
            "What has a line above was heard. Hear the rest with --jobs 1."
        ) from error
    if failed:
        raise SystemExit(1)


def _check(model: str | None) -> None:
    """Refuse a model that cannot hear before anything is heard."""
    try:
        missing = desk().recognizer(model).missing
    except UnknownModel as error:
        raise click.BadParameter(error.sentence, param_hint="--model") from error
    if missing is not None:
        raise click.ClickException(missing)


def _check_afar(elsewhere: Server, model: str | None) -> None:
    """The same of a server, and whether it answers and lets this machine in."""
    try:
        models = {one.name: one.missing for one in elsewhere.models()}
    except SpeechError as error:
        raise click.ClickException(f"{error.code}: {error.sentence}") from error
    if model is not None and model not in models:
        known = ", ".join(models)
        raise click.BadParameter(f"The server has these: {known}.", param_hint="--model")
    if model is not None and models[model] is not None:
        raise click.ClickException(str(models[model]))


def _tell(found: Sequence[Found], wish: Wish, processes: int) -> bool:
    """Write the line of each file in order; whether any could not be heard."""
    failed = False
    spreading = spread(processes) if wish.server is None else spread_threads(processes)
    with spreading as each, _progress(len(found)) as step:
        for line, heard in each(partial(_line, wish), found):
            step(line)
            failed = failed or not heard
    return failed


@contextmanager
def _progress(files: int) -> Iterator[Callable[[str], None]]:
    """Writes lines, above a bar on standard error where somebody looks at it."""
    looked_at = sys.stderr.isatty() and files > 1
    with click.progressbar(
        length=files, label="Hearing", show_pos=True, file=sys.stderr, hidden=not looked_at
    ) as bar:

        def step(line: str) -> None:
            if looked_at and sys.stdout.isatty():
                click.echo(CLEARED, nl=False, err=True)
            click.echo(line)
            bar.update(1)

        yield step


def _line(wish: Wish, found: Found) -> tuple[str, bool]:
    """The line of a file, and whether it was heard."""
    path, known = found
    try:
        if known is not None:
            raise known
        prediction = _heard(wish, Path(path))
    except SpeechError as error:
        return (deplored_as_json if wish.as_json else deplored)(path, error), False
    return (described_as_json if wish.as_json else described)(path, prediction), True


def _heard(wish: Wish, path: Path) -> Prediction:
    try:
        path.open("rb").close()
    except FileNotFoundError as error:
        raise FileNotThere("There is no such file. Check the path.") from error
    except OSError as error:
        raise FileNotReadable(f"This cannot be read: {error.strerror}.") from error
    if wish.server is not None:
        return wish.server.hear(path, wish.model)
    return desk().submit(
        path, source=Source.SHELL, file_name=path.name, model=wish.model, log=wish.log
    )
