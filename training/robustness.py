"""What is left of a bundle where recordings are worse, or other, than those of its corpus.

Reads test clips, as `evaluate` does, and like it chooses nothing by them.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import replace
from tqdm import tqdm

from training.answers import Answers
from training.calibrate import CALIBRATION
from training.cores import cores, workers
from training.corpora import load_corpora
from training.degradations import DAMAGES, Task, inputs
from training.ears import Ears, ears_in
from training.elsewhere import elsewhere
from training.fit import FINISHED, NETWORK
from training.recipe import Recipe
from training.run import RunError, describe
from training.split import Listing, Split, speakers
from training.splits import splits_of
from training.utterance import CorpusError, Utterance, data_checksum
from webapp.speech.bundle import Card, write_card
from webapp.speech.features import Features
from webapp.speech.figures import Degradation, Robustness
from webapp.speech.recognizer import Recognizer

VOICES = 6
"""So many clips of other people make babble."""

AT_ONCE = 8
"""Clips that a process takes at a time."""

Hear = Callable[[Iterable[Task]], Iterable[Features]]
"""Network inputs of clips, damaged or not, in their order."""

Answer = Callable[[str | None], Answers]
"""What all splits answer to their test clips with one kind of damage, or with none."""


def measure(folder: Path, runs: Path, corpora: Mapping[str, Path]) -> Card:
    """Measure a bundle on corpora by name and folder, and write what is found into its card.

    Damage is done to the corpora that it was trained on, which have to come together; on others
    the released weights themselves are heard. What was measured earlier stays where it is not
    measured anew.
    """
    recognizer = Recognizer.load(folder)
    card = recognizer.card
    own = {name: place for name, place in corpora.items() if name in card.origin.corpora}
    if own:
        card = replace(card, robustness=robustness(card, runs, load_corpora(own)))
        write_card(folder, card)
    for name in sorted(set(corpora) - set(own)):
        clips = load_corpora({name: corpora[name]})
        found = elsewhere(recognizer, name, clips, command(card.name, [name]))
        others = [one for one in card.elsewhere if one.corpus != name]
        by_name = sorted([*others, found], key=lambda one: one.corpus)
        card = replace(card, elsewhere=tuple(by_name))
        write_card(folder, card)
    return card


def summary(card: Card) -> str:
    """What a card says of damage and of other corpora, a line each."""
    lines = [f"{card.name}, version {card.version}"]
    if found := card.robustness:
        lines.append(f"{'the test clips as they are':30} UAR {found.uar:.3f}")
        lines += [
            f"{one.title:30} UAR {one.uar:.3f} ({one.uar - found.uar:+.3f}), "
            f"another answer in {one.changed:.1%}"
            for one in found.degradations
        ]
    lines += [
        f"{one.corpus + ', never heard':30} UAR {one.uar:.3f}, {one.among:.3f} where only its "
        f"{len(one.emotions)} emotions are to choose from (chance {one.chance:.3f}), "
        f"named {one.named:.1%}, unlike training {one.unlike:.1%}"
        for one in card.elsewhere
    ]
    return "\n".join(lines)


def robustness(
    card: Card, runs: Path, utterances: Sequence[Utterance], processes: int | None = None
) -> Robustness:
    """The test clips behind a card's figures, damaged, each heard by the network of its split.

    `utterances` are the clips that the bundle was trained on; `processes` None is one a core.
    Raises `CorpusError` where they are others, `RunError` where the run that was measured is not
    there.
    """
    seed = card.figures.seeds[0]
    splits = splits_of(card.figures.protocol, utterances, seed, recipe_of(card).members)
    folder = runs / measured_run(card, utterances)
    ears = [held_out(folder / split.name, split, card) for split in splits]
    with workers(processes or cores(), AT_ONCE) as spread:
        hear = partial(spread, inputs)
        answer = partial(_answers, card, utterances, splits, ears, hear)
        plain = answer(None)
        degradations = _degradations(plain, answer)
    return Robustness(
        command=command(card.name, card.origin.corpora),
        corpora=card.origin.corpora,
        clips=len(plain.truth),
        speakers=len({voice for split in splits for voice in speakers(split.test)}),
        seed=seed,
        uar=plain.uar,
        degradations=degradations,
    )


def command(bundle: str, corpora: Iterable[str]) -> str:
    """What measures a bundle on these corpora again."""
    folders = "".join(f" --corpus {corpus}=DIR" for corpus in corpora)
    return f"python -m training robustness {bundle}{folders}"


def measured_run(card: Card, utterances: Sequence[Utterance]) -> str:
    """The name of the run that a card's figures come from."""
    checksum = data_checksum(utterances)
    if checksum != card.origin.data_checksum:
        raise CorpusError(
            f"These are not the clips that {card.name} was trained on. Give the folders that it "
            "was made from, or train, evaluate and release it again with these."
        )
    figures, corpora = card.figures, card.origin.corpora
    seed = figures.seeds[0]
    return describe(recipe_of(card), figures.protocol, seed, corpora, utterances, checksum).name


def recipe_of(card: Card) -> Recipe:
    """What the card says that its weights were made by."""
    return msgspec.convert(card.recipe, Recipe)


def held_out(folder: Path, split: Split, card: Card) -> Ears:
    """The network of a split that was measured, which has never heard its test clips."""
    if not all((folder / name).is_file() for name in (NETWORK, CALIBRATION, FINISHED)):
        raise RunError(
            f"The networks that {card.name} was measured with are not in {folder}. "
            f"First run: {card.figures.command}"
        )
    if Listing.load(folder / FINISHED) != split.listing:
        raise RunError(
            f"The network in {folder} was trained on other clips than its protocol gives it now. "
            f"Remove its run, then: {card.figures.command}"
        )
    return ears_in(folder)


def _degradations(plain: Answers, answer: Answer) -> tuple[Degradation, ...]:
    found = []
    for damage in tqdm(DAMAGES, "damages", disable=None):
        damaged = answer(damage.name)
        changed = float((damaged.heard != plain.heard).mean())
        found.append(
            Degradation(name=damage.name, title=damage.title, uar=damaged.uar, changed=changed)
        )
    return tuple(found)


def _answers(
    card: Card,
    utterances: Sequence[Utterance],
    splits: Sequence[Split],
    ears: Sequence[Ears],
    hear: Hear,
    damage: str | None,
) -> Answers:
    parts = []
    for split, one in zip(splits, ears, strict=True):
        tasks = [task(clip, utterances, card, damage) for clip in split.test]
        truth = np.array([card.labels.index(clip.emotion) for clip in split.test])
        parts.append(one.heard(list(hear(tasks)), truth))
    return Answers.joined(parts)


def task(clip: Utterance, utterances: Sequence[Utterance], card: Card, damage: str | None) -> Task:
    """A clip to be damaged; what is random in it depends on its name alone."""
    seed = zlib.crc32(clip.full_name.encode())
    strangers = [other.path for other in utterances if other.voice != clip.voice]
    drawn = np.random.default_rng(seed).permutation(len(strangers))[:VOICES]
    others = tuple(strangers[row] for row in drawn)
    return Task(clip.path, others, seed, card.features, damage)
