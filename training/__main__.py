"""The commands: python -m training fit | evaluate | release."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before Keras loads: no page of start-up notes

from training import commands
from training.corpora import LOADERS
from training.recipe import RecipeError
from training.run import RunError
from training.utterance import CorpusError
from webapp.speech.errors import SpeechError

MEASURED = ("speaker_5fold",)
INSTANCE = Path(__file__).parents[1] / "instance"


def corpus_folder(text: str) -> tuple[str, Path]:
    """NAME=DIR as a name and a folder."""
    name, separator, folder = text.partition("=")
    if not separator or not folder:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=DIR, as in ravdess=/data/ravdess")
    return name, Path(folder).expanduser()


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    main = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    acts = main.add_subparsers(required=True, metavar="fit | evaluate | release")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--corpus",
        type=corpus_folder,
        action="append",
        metavar="NAME=DIR",
        help=f"a corpus and its folder ({', '.join(LOADERS)}); else the environment is asked, "
        "as in CORPUS_RAVDESS=DIR",
    )
    common.add_argument(
        "--instance", type=Path, default=INSTANCE, help="where runs and cached features are kept"
    )

    fit = acts.add_parser("fit", parents=[common], help="train on all speakers but two")
    fit.add_argument("recipe")
    fit.add_argument("--seed", type=int, default=0)
    fit.set_defaults(act=commands.fit)

    evaluate = acts.add_parser("evaluate", parents=[common], help="measure on held-out speakers")
    evaluate.add_argument("recipe")
    evaluate.add_argument("--protocol", choices=MEASURED, default="speaker_5fold")
    evaluate.add_argument("--seeds", type=int, default=1, help="how many seeds, from 0 on")
    evaluate.set_defaults(act=commands.evaluate)

    release = acts.add_parser("release", parents=[common], help="make a bundle of a run")
    release.add_argument("run", type=Path, help="a run's folder, or its name below instance/runs")
    release.add_argument("name", help="the bundle's name")
    release.add_argument("--protocol", choices=MEASURED, default="speaker_5fold")
    release.add_argument("--bundles", type=Path, default=commands.BUNDLES)
    release.set_defaults(act=commands.release)
    return main


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a failure that the user can mend is one line on standard error."""
    options = parser().parse_args(arguments)
    options.corpus = dict(options.corpus or commands.corpora_from(os.environ))
    try:
        options.act(options)
    except (CorpusError, RecipeError, RunError, SpeechError) as error:
        print(f"{parser().prog}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
