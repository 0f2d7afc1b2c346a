"""Protocols for clips of one's own that a bundle is fine-tuned on.

Nothing is chosen by any clip, so none is kept for that.
"""

from collections.abc import Sequence

import numpy as np

from training.split import Split, speakers
from training.utterance import CorpusError, Utterance

Clips = Sequence[Utterance]

UNKNOWN = "unknown"
"""The speaker of clips of which nobody has said who speaks, as `flask export-corpus` writes it."""

FOLDS, ORDER_SEED = 5, 42


def own_speakers(utterances: Clips, seed: int) -> list[Split]:
    """Each speaker who is named once, heard by a network fine-tuned on the others who are.

    Clips of nobody knows whom could be of the speaker held out: they are left aside.
    """
    del seed
    named = [u for u in utterances if u.speaker != UNKNOWN]
    if len(speakers(named)) < 2:
        raise CorpusError(
            "own_speakers wants clips of two named speakers or more. Tag results with "
            "speaker:NAME and export them again, or measure with --protocol own_clips."
        )
    return [
        _parted(voice.replace("/", "-"), named, [u for u in named if u.voice == voice])
        for voice in sorted(speakers(named))
    ]


def own_clips(utterances: Clips, seed: int) -> list[Split]:
    """Each clip once, in up to five parts drawn at random, emotions spread over them."""
    del seed
    if len(utterances) < 2:
        raise CorpusError("own_clips wants two clips or more. Correct more results.")
    shuffled = np.random.default_rng(ORDER_SEED).permutation(len(utterances))
    dealt = sorted((utterances[row] for row in shuffled), key=lambda u: u.emotion)
    folds = min(FOLDS, len(dealt))
    return [
        _parted(f"part-{number + 1}", utterances, dealt[number::folds], leaks=True)
        for number in range(folds)
    ]


def everything(name: str, utterances: Clips) -> Split:
    """All clips to be learnt from, for a release."""
    return _parted(name, utterances, [])


def usual(utterances: Clips) -> str:
    """The stricter of the two protocols, where there are speakers enough for it."""
    named = {u.voice for u in utterances if u.speaker != UNKNOWN}
    return (own_speakers if len(named) > 1 else own_clips).__name__


def _parted(name: str, clips: Clips, test: Clips, leaks: bool = False) -> Split:
    held = set(test)
    training = tuple(sorted(u for u in clips if u not in held))
    return Split(name, training, (), tuple(sorted(test)), leaks=leaks)


OWN_DESCRIPTIONS = {
    own_speakers.__name__: (
        "Clips corrected here, each heard by the model fine-tuned without its speaker; clips whose "
        "speaker is not known are left out of this."
    ),
    own_clips.__name__: (
        "Clips corrected here, held out at random, a fifth at a time: the model was fine-tuned "
        "without the clip, but perhaps on others by whoever speaks in it. Too good for a "
        "stranger's voice."
    ),
}
