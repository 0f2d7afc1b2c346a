"""Whether a model hears other corpora so badly for how their microphones colour a voice.

    python -m tests.measure.channel --corpus ravdess=DIR --corpus tess=DIR --corpus emodb=DIR

Each corpus that the model never heard is heard as it is, and with its mean spectrum brought half or
all the way to that of the clips it was trained on, as no single clip could be: the whole corpus
says what is its own. If microphones were what is in the way, that would help.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.__main__ import corpus_folder
from training.corpora import load_corpora
from training.corpora.loader import sound
from training.elsewhere import shared, uar
from webapp.config import ROOT
from webapp.speech.emotions import Emotion
from webapp.speech.features import Features, finished, heard_in, levelled_cuts, spectrum
from webapp.speech.recognizer import Recognizer

SHARES = 0.0, 0.5, 1.0

LOUD_DB = 30.0
"""Frames count for the mean spectrum of a clip down to so far below its loudest."""


@dataclass(frozen=True)
class Corpus:
    """Clips that are heard: who feels what, and the log mel spectrum of each, (frames, bands)."""

    truth: list[Emotion]
    spectra: list[Features]

    @property
    def mean(self) -> Features:
        """The mean over clips of their mean spectra, dB about their level, (bands,)."""
        means = [one[one.max(axis=1) > one.max() - LOUD_DB].mean(axis=0) for one in self.spectra]
        return np.mean([mean - mean.mean() for mean in means], axis=0)


def read(recognizer: Recognizer, name: str, folder: Path) -> Corpus:
    """All clips of a corpus with emotions that the model knows."""
    utterances = load_corpora({name: folder})
    known = shared(recognizer.card, utterances)
    clips = [clip for clip in utterances if clip.emotion in known]
    settings = recognizer.card.features
    spectra = [spectrum(heard_in(sound(clip.path), settings), settings) for clip in clips]
    return Corpus([clip.emotion for clip in clips], spectra)


def answers(recognizer: Recognizer, corpus: Corpus, added: Features) -> np.ndarray:
    """Probabilities of each clip, (clips, labels), with so many dB added to its bands."""
    settings = recognizer.card.features

    def heard(spectra: Features) -> Features:
        cuts = levelled_cuts(np.asarray(spectra + added, np.float32), settings)
        windows = [recognizer.hear_window(finished(cut, None, settings)) for _, cut in cuts]
        return recognizer.over_windows(np.stack(windows))

    return np.stack([heard(one) for one in corpus.spectra])


def tell(labels: tuple[Emotion, ...], truth: list[Emotion], found: np.ndarray) -> None:
    """Print the UAR over all labels, with calm for neutral, and among those of the corpus.

    Then what was heard as what. Livingstone and Russo (2018) counted neutral and calm as one for
    their listeners.
    """
    own = [number for number, label in enumerate(labels) if label in truth]
    free = [labels[number] for number in found.argmax(axis=1)]
    among = [labels[own[number]] for number in found[:, own].argmax(axis=1)]
    one = [Emotion.NEUTRAL if answer is Emotion.CALM else answer for answer in free]
    print(
        f"  UAR {uar(truth, free):.3f}, with calm counted as neutral {uar(truth, one):.3f}, "
        f"among its own emotions {uar(truth, among):.3f}"
    )
    for number in own:
        heard = Counter(
            answer for true, answer in zip(truth, free, strict=True) if true == labels[number]
        )
        counts = ", ".join(f"{answer} {count}" for answer, count in heard.most_common())
        print(f"    {labels[number]} was heard as: {counts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", action="append", type=corpus_folder, required=True)
    parser.add_argument("--model", default="cnn_lstm")
    options = parser.parse_args()
    recognizer = Recognizer.load(ROOT / "webapp" / "bundles" / options.model)
    folders = dict(options.corpus)
    own = [name for name in recognizer.card.origin.corpora if name in folders]
    trained = np.mean([read(recognizer, name, folders.pop(name)).mean for name in own], axis=0)
    for name, folder in folders.items():
        corpus = read(recognizer, name, folder)
        apart = trained - corpus.mean
        print(f"{name}: {len(corpus.truth)} clips, {np.abs(apart).mean():.1f} dB apart a band")
        for share in SHARES:
            print(f"  {share:.0%} of that taken away:")
            found = answers(recognizer, corpus, share * apart)
            tell(recognizer.card.labels, corpus.truth, found)


if __name__ == "__main__":
    main()
