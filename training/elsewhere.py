"""How a released bundle does on a corpus that it never heard a clip of."""

import statistics
from collections.abc import Sequence

from tqdm import tqdm

from training.degradations import read
from training.split import speakers
from training.utterance import CorpusError, Utterance
from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Elsewhere
from webapp.speech.recognizer import Recognizer


def elsewhere(
    recognizer: Recognizer, corpus: str, utterances: Sequence[Utterance], command: str
) -> Elsewhere:
    """The released weights, through the application's own recognizer, on all clips of a corpus.

    The answer is the likeliest of all emotions that the model has, not only of those that the two
    share. Raises `CorpusError` where the model knows a speaker, or no emotion is shared.
    """
    card = recognizer.card
    if known := speakers(utterances) & {*card.origin.speakers, *card.origin.validation_speakers}:
        raise CorpusError(f"{card.name} was trained on speakers of {corpus}: {sorted(known)}.")
    emotions = shared(card, utterances)
    if not emotions:
        raise CorpusError(f"{card.name} knows none of the emotions of {corpus}.")
    clips = [clip for clip in utterances if clip.emotion in emotions]
    heard = [recognizer.recognize(read(clip.path)) for clip in tqdm(clips, corpus, disable=None)]
    right: dict[Emotion, list[bool]] = {emotion: [] for emotion in emotions}
    for clip, one in zip(clips, heard, strict=True):
        right[clip.emotion].append(one.emotion == clip.emotion)
    return Elsewhere(
        corpus=corpus,
        command=command,
        clips=len(clips),
        speakers=len(speakers(clips)),
        emotions=emotions,
        uar=statistics.fmean(map(statistics.fmean, right.values())),
        chance=1 / len(emotions),
        named=statistics.fmean(one.named for one in heard),
        unlike=statistics.fmean(one.unlike for one in heard),
    )


def shared(card: Card, utterances: Sequence[Utterance]) -> tuple[Emotion, ...]:
    """The emotions of some clips that were in training, too, in the order of the labels."""
    there = {clip.emotion for clip in utterances}
    trained = map(sum, card.figures.confusion)
    rows = zip(card.labels, trained, strict=True)
    return tuple(label for label, clips in rows if clips and label in there)
