"""Small trees to the conventions of the corpora, with the shortest sounds that can be heard."""

from pathlib import Path

from tests.sounds import recorded

FORMS = {".wav": "wav-16", ".flac": "flac"}
WORDS = ("back", "bite")


def write_sound(path: Path) -> Path:
    """A fifth of a second of voice, in the form that the suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(recorded(FORMS[path.suffix], seconds=0.2))
    return path


def ravdess(folder: Path, suffix: str = ".wav", channel: str = "01", emotions: int = 8) -> Path:
    """Two actors, one clip of each emotion: Actor_03/03-01-05-01-02-01-03.wav."""
    for actor in ("03", "04"):
        for emotion in range(1, emotions + 1):
            name = f"03-{channel}-{emotion:02d}-01-02-01-{actor}"
            write_sound(folder / f"Actor_{actor}" / f"{name}{suffix}")
    return folder


def song(folder: Path, suffix: str = ".wav") -> Path:
    """The same actors singing: Actor_03/03-02-05-01-02-01-03.wav."""
    return ravdess(folder, suffix, channel="02", emotions=6)


def tess(folder: Path, suffix: str = ".wav", flat: bool = False) -> Path:
    """Two women, two words, seven emotions; one name is misspelt as in the original."""
    for speaker in ("OAF", "YAF"):
        for emotion in ("angry", "disgust", "fear", "happy", "neutral", "ps", "sad"):
            for word in WORDS:
                name = f"{speaker}_{word}_{emotion}".replace("OAF_bite_neutral", "OA_bite_neutral")
                place = folder if flat else folder / f"{speaker}_{emotion}"
                write_sound(place / f"{name}{suffix}")
    return folder


def emodb(folder: Path, suffix: str = ".wav") -> Path:
    """Two speakers, seven emotions: wav/03a01Wa.wav."""
    for speaker in ("03", "08"):
        for emotion in "WLEAFTN":
            write_sound(folder / "wav" / f"{speaker}a01{emotion}a{suffix}")
    return folder


def crema_d(folder: Path, suffix: str = ".wav") -> Path:
    """Three actors, six emotions, one misspelt level, the table of the actors."""
    for actor in ("1001", "1002", "1040"):
        for emotion in ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD"):
            level = "X" if (actor, emotion) == ("1040", "SAD") else "XX"
            write_sound(folder / "AudioWAV" / f"{actor}_ITH_{emotion}_{level}{suffix}")
    (folder / "VideoDemographics.csv").write_text(
        '"ActorID","Age","Sex","Race","Ethnicity"\n'
        '1001,51,"Male","Caucasian","Not Hispanic"\n'
        '1002,21,"Female","Caucasian","Not Hispanic"\n'
    )
    return folder


def savee(folder: Path, suffix: str = ".wav", flat: bool = False) -> Path:
    """Four men, seven emotions: DC/a01.wav, or DC_a01.wav."""
    for speaker in ("DC", "JE", "JK", "KL"):
        for emotion in ("a", "d", "f", "h", "n", "sa", "su"):
            name = f"{speaker}_{emotion}01" if flat else f"{speaker}/{emotion}01"
            write_sound(folder / f"{name}{suffix}")
    return folder


def iesc(folder: Path, suffix: str = ".wav") -> Path:
    """Eight speakers, five emotions; every folder has the same names in it."""
    for speaker in range(1, 9):
        for emotion in ("Anger", "Fear", "Happy", "Neutral", "Sad"):
            for number in (1, 2):
                place = folder / f"Speaker-{speaker}" / emotion
                write_sound(place / f"{number}{suffix}")
    return folder


MAKERS = {
    "ravdess": ravdess,
    "ravdess_song": song,
    "tess": tess,
    "emodb": emodb,
    "crema_d": crema_d,
    "savee": savee,
    "iesc": iesc,
}


def own(folder: Path, *lines: str, columns: str = "path,emotion,speaker,sex") -> Path:
    """A table with these lines."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "voices.csv"
    table.write_text("\n".join((columns, *lines)) + "\n")
    return table
