"""EmoDB, Berlin database of emotional speech, German (Burkhardt et al. 2005).

Names: speaker (two digits), sentence (a letter, two digits), emotion (the first letter of its
German name), take (a letter). Boredom has no place among Tonelog's emotions.
"""

from training.corpora.loader import Loader, Official, by_name
from training.utterance import Sex
from webapp.speech.emotions import Emotion

EMOTIONS = {
    "W": Emotion.ANGRY,
    "L": "boredom",
    "E": Emotion.DISGUST,
    "A": Emotion.FEARFUL,
    "F": Emotion.HAPPY,
    "T": Emotion.SAD,
    "N": Emotion.NEUTRAL,
}
CLIPS = {"W": 127, "L": 81, "E": 46, "A": 69, "F": 71, "T": 62, "N": 79}
SPEAKERS: dict[str, tuple[Sex, int]] = {
    "03": ("male", 49),
    "08": ("female", 58),
    "09": ("female", 43),
    "10": ("male", 38),
    "11": ("male", 55),
    "12": ("male", 35),
    "13": ("female", 61),
    "14": ("female", 69),
    "15": ("male", 56),
    "16": ("female", 71),
}
"""Sex and clips."""

EMODB = Loader(
    name="emodb",
    layout=(
        "It should hold the folder wav of the official download, with files such as "
        "wav/03a01Fa.wav (or .flac)."
    ),
    read=by_name(
        rf"(?P<speaker>{'|'.join(SPEAKERS)})[ab]\d\d(?P<emotion>{'|'.join(EMOTIONS)})[a-z]",
        EMOTIONS,
    ),
    sexes=lambda _: {speaker: sex for speaker, (sex, _) in SPEAKERS.items()},
    official=Official(
        clips=535,
        speakers={speaker: clips for speaker, (_, clips) in SPEAKERS.items()},
        emotions={EMOTIONS[code]: clips for code, clips in CLIPS.items()},
    ),
)
