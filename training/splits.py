"""Protocols: how clips are split for training, validation and test."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from training.own_splits import OWN_DESCRIPTIONS, own_clips, own_speakers
from training.split import Split, shared, speakers
from training.utterance import CorpusError, Utterance

Clips = Sequence[Utterance]

RAVDESS_FOLDS = (
    {"02", "05", "14", "15", "16"},
    {"03", "06", "07", "13", "18"},
    {"10", "11", "12", "19", "20"},
    {"08", "17", "21", "23", "24"},
    {"01", "04", "09", "22"},
)
"""Test actors of the published five folds (Luna-Jiménez et al. 2021, DOI 10.3390/s21227665)."""


Protocol = Callable[[Clips, int], list[Split]]

SHARED_SEED = 42
"""Draws the test clips of the protocols that split at random: the same ones for every run."""

VALIDATION_SHARE = 0.1
"""Share of the training clips that choose the epoch where speakers are not held apart."""


def speaker_5fold(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """The published five folds of RAVDESS by actor, whichever actors are present.

    Within each training part two actors, one woman and one man drawn by the seed, are the
    validation speakers. Raises `CorpusError` where too few speakers are there for that.
    """
    if {u.corpus for u in utterances} != {"ravdess"}:
        raise CorpusError("speaker_5fold has the folds of RAVDESS: give --corpus ravdess=DIR only.")
    splits = []
    for number, actors in enumerate(RAVDESS_FOLDS, start=1):
        test = [u for u in utterances if u.speaker in actors]
        rest = [u for u in utterances if u.speaker not in actors]
        if test:
            splits.append(_by_speaker(f"fold-{number}", rest, test, [seed, number]))
    return splits


def leave_one_speaker_out(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """Each speaker once. Where only one is left to train on, some of their clips choose."""
    splits = []
    for number, voice in enumerate(sorted(speakers(utterances)), start=1):
        test = [u for u in utterances if u.voice == voice]
        rest = [u for u in utterances if u.voice != voice]
        splits.append(_by_speaker(voice.replace("/", "-"), rest, test, [seed, number]))
    return splits


def cross_corpus(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """Each corpus once, heard by a network of all the others, on the emotions they share."""
    corpora = sorted({u.corpus for u in utterances})
    if len(corpora) < 2:
        raise CorpusError("cross_corpus wants two corpora or more. Add --corpus NAME=DIR.")
    splits = []
    for number, corpus in enumerate(corpora, start=1):
        test = [u for u in utterances if u.corpus == corpus]
        rest = [u for u in utterances if u.corpus != corpus]
        shared = {u.emotion for u in test} & {u.emotion for u in rest}
        test, rest = ([u for u in part if u.emotion in shared] for part in (test, rest))
        splits.append(_by_speaker(corpus, rest, test, [seed, number]))
    return splits


def merged(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """Several corpora as one, three folds by speaker with like shares of emotions."""
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=SHARED_SEED)
    emotions, voices = [u.emotion for u in utterances], [u.voice for u in utterances]
    return [
        _by_speaker(f"fold-{number}", _at(utterances, rest), _at(utterances, test), [seed, number])
        for number, (rest, test) in enumerate(folds.split(voices, emotions, voices), start=1)
    ]


def random_split(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """80/20 by clip, with like shares of emotions: speakers are on both sides."""
    rest, test = _parted(utterances, 0.2, SHARED_SEED)
    return [_by_clip("random", rest, test, seed)]


def random_split_peeking(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """`random_split` with the epoch chosen on the test clips, to show what that is worth."""
    del seed
    rest, test = _parted(utterances, 0.2, SHARED_SEED)
    return [Split("peeking", tuple(rest), tuple(test), tuple(test), leaks=True)]


def random_5fold(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """Five folds by clip, with like shares of emotions: speakers are on both sides."""
    folds = StratifiedKFold(5, shuffle=True, random_state=SHARED_SEED)
    return [
        _by_clip(f"fold-{number}", _at(utterances, rest), _at(utterances, test), seed)
        for number, (rest, test) in enumerate(
            folds.split(utterances, [u.emotion for u in utterances]), start=1
        )
    ]


def all_speakers(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """One split for a release: every speaker but two validation ones is trained on; no test."""
    return [_by_speaker("all_speakers", list(utterances), [], [seed])]


def _by_clip(name: str, rest: Clips, test: Clips, seed: int) -> Split:
    training, validation = _parted(rest, VALIDATION_SHARE, seed)
    return Split(name, tuple(training), tuple(validation), tuple(test), leaks=True)


def _by_speaker(name: str, rest: Clips, test: Clips, seed: list[int]) -> Split:
    """Validation speakers drawn by the seed, one woman and one man where both are there."""
    if len(speakers(rest)) == 1 and test:
        training, validation = _parted(rest, VALIDATION_SHARE, seed[0])
        return Split(name, tuple(training), tuple(validation), tuple(test))
    chosen = _validation_speakers(name, rest, np.random.default_rng(seed))
    return Split(
        name=name,
        training=tuple(u for u in rest if u.voice not in chosen),
        validation=tuple(u for u in rest if u.voice in chosen),
        test=tuple(test),
    )


def _validation_speakers(name: str, rest: Clips, generator: np.random.Generator) -> set[str]:
    sexes = {u.sex for u in rest}
    groups = [[u for u in rest if u.sex == sex] for sex in sorted(sexes, key=str)]
    if len(groups) == 1:  # all women, all men, or nobody knows
        groups *= 2
    chosen: set[str] = set()
    for group in groups[:2]:
        candidates = sorted(speakers(_seldom_heard(group, len(rest))) - chosen)
        if not candidates:
            raise CorpusError(f"{name}: one speaker is too few to choose the epoch by another.")
        chosen.add(str(generator.choice(candidates)))
    if chosen == speakers(rest):
        raise CorpusError(f"{name}: beside the validation speakers, nobody is left to train on.")
    return chosen


def _seldom_heard(group: Clips, total: int) -> Clips:
    """Clips of speakers who have at most a tenth of all, so that much is left to train on.

    TESS has two speakers with 1,400 clips each. Everybody's, where all are heard that often.
    """
    counts = Counter(u.voice for u in group)
    return [u for u in group if counts[u.voice] <= total / 10] or group


def _parted(utterances: Clips, share: float, seed: int) -> tuple[list[Utterance], list[Utterance]]:
    """The clips in two, `share` of each emotion in the second."""
    emotions = [u.emotion for u in utterances]
    try:
        first, second = train_test_split(
            list(utterances), test_size=share, random_state=seed, stratify=emotions
        )
    except ValueError as error:  # fewer clips than emotions
        raise CorpusError(f"Too few clips to draw some of each emotion: {error}") from error
    return sorted(first), sorted(second)


def _at(utterances: Clips, rows: Sequence[int]) -> list[Utterance]:
    return [utterances[row] for row in rows]


PROTOCOLS: dict[str, Protocol] = {
    protocol.__name__: protocol
    for protocol in (
        speaker_5fold,
        leave_one_speaker_out,
        merged,
        cross_corpus,
        random_split,
        random_split_peeking,
        random_5fold,
        own_speakers,
        own_clips,
        all_speakers,
    )
}


def splits_of(protocol: str, utterances: Clips, seed: int, members: int = 1) -> list[Split]:
    """The splits of a protocol, by name; for several members each with the splits of these.

    Seeds of members are in a row, so that no two runs share one.
    """
    seeds = range(seed * members, (seed + 1) * members)
    drawn = [PROTOCOLS[protocol](utterances, one) for one in seeds]
    return drawn[0] if members == 1 else [shared(parts) for parts in zip(*drawn, strict=True)]


LEAKING = ("random_split", "random_split_peeking", "random_5fold", own_clips.__name__)
"""Those in which a network is measured on speakers, or an epoch chosen on clips, it knows."""

OWN = tuple(OWN_DESCRIPTIONS)
"""Those for clips of one's own that a bundle is fine-tuned on, the stricter one first."""

RELEASED = all_speakers.__name__
"""Runs under it give weights, not figures."""

MEASURED = tuple(name for name in PROTOCOLS if name != RELEASED)
"""Those that measure."""

STRICT = tuple(name for name in MEASURED if name not in LEAKING)
"""Those on speakers, or corpora, never heard: the only ones that a card's figures come from."""

DESCRIPTIONS = {
    "speaker_5fold": (
        "Five folds by actor (Luna-Jiménez et al. 2021): every clip is heard by a model that was "
        "trained without its speaker; in each training part two further actors choose the epoch."
    ),
    "leave_one_speaker_out": (
        "Each speaker is heard once by a model trained on all the others, two of whom choose the "
        "epoch; where one alone is left, a tenth of their clips does."
    ),
    "cross_corpus": (
        "Each corpus is heard by a model trained on all the others, on the emotions they share; "
        "two of the training speakers choose the epoch."
    ),
    "merged": (
        "Several corpora as one, three folds by speaker; two further speakers choose the epoch."
    ),
    "random_split": (
        "80/20 by clip at random, stratified, seed 42; a tenth of the training clips chooses the "
        "epoch. Test speakers are in training: the figure is too good for a stranger's voice."
    ),
    "random_split_peeking": (
        "80/20 by clip at random, and the epoch chosen on the test clips themselves: shown only "
        "to say what that is worth."
    ),
    "random_5fold": (
        "Five folds by clip at random, stratified. Test speakers are in training: the figure is "
        "too good for a stranger's voice."
    ),
    **OWN_DESCRIPTIONS,
    "all_speakers": "Trained on every speaker but two, who choose the epoch; nothing is measured.",
}
