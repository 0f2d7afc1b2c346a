"""What browsers are given to play: a recording as it came, or as WAV where they do not play it."""

import io
from pathlib import Path
from typing import BinaryIO

from webapp.hearing import INSTANT_BYTES
from webapp.speech.decode import playable_type, to_wav, write_wav
from webapp.submission import Desk
from webapp.tables import Prediction

WAV = "audio/wav"

COPY_RATE = 16_000
"""Of copies of long recordings (Hz): more than most voices need, and 115 MB an hour."""


def playable(desk: Desk, prediction: Prediction) -> tuple[Path | BinaryIO, str] | None:
    """The sound of a prediction, as a path or in memory, and its media type; None if it is gone.

    What browsers do not play is decoded: a clip each time, as its voice was; a long recording once,
    into a copy that is kept as long as the recording. Raises what `Decoders.stream` raises.
    """
    name = prediction.audio_name
    path = None if name is None else desk.recordings.path(name)
    if name is None or path is None:
        return None
    with path.open("rb") as file:
        kind = playable_type(file)
    if kind is not None:
        return path, kind
    most = prediction.seconds + 1
    if most <= desk.settings.instant_seconds + 1 and path.stat().st_size <= INSTANT_BYTES:
        return io.BytesIO(to_wav(desk.decode(path.read_bytes(), most))), WAV

    def write(copy: BinaryIO) -> None:
        write_wav(copy, (piece for piece, _ in desk.decoders.stream(path, most)), COPY_RATE)

    copy = desk.recordings.copy(name, write)
    return None if copy is None else (copy, WAV)
