"""`flask export-corpus`: what people corrected, to train on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from webapp import corpus
from webapp.corpus import LONGEST, TABLE, UNKNOWN, Report
from webapp.speech.errors import SpeechError
from webapp.submission import desk


@click.command("export-corpus")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@with_appcontext
def export_corpus(folder: Path) -> None:
    """Write the corrected clips to DIR as a corpus to train on.

    DIR is new or empty, or holds what this command wrote before, which is then replaced as a whole.
    The voices in it are your care: deleting results does not reach them.
    """
    try:
        report = corpus.write(folder, desk())
    except SpeechError as error:
        raise click.ClickException(error.sentence) from error
    for line in _told(folder, report):
        click.echo(line)


def _told(folder: Path, report: Report) -> Iterator[str]:
    """What was written and what was not, a line each."""
    people = report.speakers
    unknown = people.pop(UNKNOWN, 0)
    yield f"clips: {len(report.lines)}, named in {click.format_filename(folder / TABLE)}"
    yield f"emotions: {_counts(report.emotions)}"
    yield f"speakers: {_counts(people) or 'none is told of'}"
    if unknown:
        yield (
            f"without a tag speaker:NAME: {unknown}, written as of one speaker, {UNKNOWN}; they "
            "can be learnt from, but not be held out"
        )
    for name in report.disputed:
        yield f"corrected in more than one way, the last one counts: {name}"
    if report.unkept:
        yield f"left out, as their audio was not kept: {report.unkept}"
    if report.long:
        yield f"left out, as longer than {LONGEST:g} seconds: {report.long}"
    for name, reason in report.broken:
        yield f"left out, as it cannot be read: {name}: {reason}"


def _counts(counted: Mapping[Any, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
