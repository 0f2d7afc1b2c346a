"""The commands: python -m training COMMAND."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before Keras loads: no page of start-up notes

from training import commands
from training.corpora import LOADERS
from training.recipe import BUNDLES, RecipeError
from training.run import RunError
from training.splits import MEASURED, OWN, STRICT
from training.utterance import CorpusError
from webapp.speech.errors import SpeechError

HERE = Path(__file__).parent
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
    acts = main.add_subparsers(required=True, metavar="COMMAND")

    def command(act: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        said = (act.__doc__ or "").rstrip(".")
        made: argparse.ArgumentParser = acts.add_parser(
            act.__name__, help=said[:1].lower() + said[1:]
        )
        made.set_defaults(act=act)
        return made

    fit, evaluate = command(commands.fit), command(commands.evaluate)
    release, report = command(commands.release), command(commands.report)
    update, robustness = command(commands.update), command(commands.robustness)
    corpora, visualize = command(commands.corpora), command(commands.visualize)
    for takes_recipe in (fit, evaluate):
        takes_recipe.add_argument("recipe", help="a recipe's name, or the path of a .toml file")
        takes_recipe.add_argument("--start", help="another bundle than the recipe fine-tunes")
    for takes_corpora in (fit, evaluate, robustness, corpora):
        _add_corpora(takes_corpora)
    for keeps in (fit, evaluate, release, robustness, report):
        keeps.add_argument(
            "--instance", type=Path, default=INSTANCE, help="where runs and features are kept"
        )
    for knows_bundles in (fit, evaluate, release, update, robustness, report):
        knows_bundles.add_argument("--bundles", type=Path, default=BUNDLES)
    fit.add_argument("--seed", type=int, default=0)
    evaluate.add_argument("--protocol", choices=MEASURED)
    seeds = evaluate.add_mutually_exclusive_group()
    seeds.add_argument("--seeds", type=int, default=1, help="how many seeds, from 0 on")
    seeds.add_argument("--seed", type=int, help="this one alone, beside others on other cores")
    _add_what_is_released(release)
    for about_a_bundle in (robustness, update):
        about_a_bundle.add_argument("bundle", help="the name of a released bundle")
    report.add_argument("--out", type=Path, default=HERE, help="where RESULTS.md goes")
    update.add_argument("--out", type=Path, default=HERE, help="where RESULTS.md and records are")
    corpora.add_argument("--out", type=Path, help="where the class balance is drawn")
    visualize.add_argument("source", type=Path, help="a clip, or a folder of clips")
    visualize.add_argument("--out", type=Path, required=True, help="where the pictures go")
    return main


def _add_what_is_released(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", type=Path, help="a run's folder, or its name below instance/runs")
    command.add_argument("name", help="the bundle's name")
    command.add_argument("--protocol", choices=(*STRICT, *OWN[1:]))
    command.add_argument(
        "--eight-bits", action="store_true", help="serve large weights as int8: a third of the time"
    )


def _add_corpora(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--corpus",
        type=corpus_folder,
        action="append",
        metavar="NAME=DIR",
        help=f"a corpus and its folder ({', '.join(LOADERS)}), or NAME=FILE.csv for one of your "
        "own; else the environment is asked, as in CORPUS_RAVDESS=DIR",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a failure that the user can mend is one line on standard error."""
    options = parser().parse_args(arguments)
    if "corpus" in options:
        options.corpus = dict(options.corpus or commands.corpora_from(os.environ))
    try:
        options.act(options)
    except (CorpusError, RecipeError, RunError, SpeechError) as error:
        print(f"{parser().prog}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on at the split it was in.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
