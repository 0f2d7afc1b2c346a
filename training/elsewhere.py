"""How a released bundle does on a corpus that it never heard a clip of."""

import statistics
from collections.abc import Sequence

from tqdm import tqdm

from training.corpora.loader import sound
from training.split import speakers
from training.utterance import CorpusError, Utterance
from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Elsewhere
from webapp.speech.recognizer import Recognition, Recognizer


def elsewhere(
    recognizer: Recognizer, corpus: str, utterances: Sequence[Utterance], command: str
) -> Elsewhere:
    """The released weights, through the application's own recognizer, on all clips of a corpus.

    Heard twice: with all emotions that the model has to choose from, as the application does, and
    with those only that the two share. Raises `CorpusError` where the model knows a speaker, or no
    emotion is shared.
    """
    card = recognizer.card
    if known := speakers(utterances) & card.heard:
        raise CorpusError(f"{card.name} was trained on speakers of {corpus}: {sorted(known)}.")
    emotions = shared(card, utterances)
    if not emotions:
        raise CorpusError(f"{card.name} knows none of the emotions of {corpus}.")
    clips = [clip for clip in utterances if clip.emotion in emotions]
    heard = [recognizer.recognize(sound(clip.path)) for clip in tqdm(clips, corpus, disable=None)]
    truth = [clip.emotion for clip in clips]
    return Elsewhere(
        corpus=corpus,
        command=command,
        clips=len(clips),
        speakers=len(speakers(clips)),
        emotions=emotions,
        uar=uar(truth, [one.emotion for one in heard]),
        among=uar(truth, [likeliest(one, emotions) for one in heard]),
        chance=1 / len(emotions),
        named=statistics.fmean(one.named for one in heard),
        unlike=statistics.fmean(one.unlike for one in heard),
    )


def uar(truth: Sequence[Emotion], answers: Sequence[Emotion]) -> float:
    """Mean of the recalls of the true emotions, over clips."""
    right: dict[Emotion, list[bool]] = {}
    for emotion, answer in zip(truth, answers, strict=True):
        right.setdefault(emotion, []).append(answer == emotion)
    return statistics.fmean(map(statistics.fmean, right.values()))


def likeliest(heard: Recognition, emotions: Sequence[Emotion]) -> Emotion:
    """The likeliest of some emotions."""
    return max(emotions, key=heard.probabilities.__getitem__)


def shared(card: Card, utterances: Sequence[Utterance]) -> tuple[Emotion, ...]:
    """The emotions of some clips that were in training, too, in the order of the labels.

    Those that a fine-tuned model was measured on are fewer than those that it knows.
    """
    there = {clip.emotion for clip in utterances}
    trained = map(sum, card.figures.confusion)
    rows = zip(card.labels, trained, strict=True)
    return tuple(label for label, clips in rows if (clips or card.before) and label in there)
