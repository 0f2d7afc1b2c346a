"""The traces in the log: what was heard over the time of a recording. Each part is read alone."""

from typing import Any

from sqlalchemy import select

from webapp.tables import Trace
from webapp.transactions import reading


def segments(prediction_id: str) -> list[dict[str, Any]] | None:
    """What was heard from segment to segment; None for a clip of a few seconds."""
    found: list[dict[str, Any]] | None = _one(prediction_id, Trace.segments)
    return found


def peaks(prediction_id: str) -> bytes | None:
    """The outline of the sound as `Trace.peaks` has it, if it was kept."""
    found: bytes | None = _one(prediction_id, Trace.peaks)
    return found


def spectrogram(prediction_id: str) -> bytes | None:
    """The spectrogram as PNG, if it was kept."""
    found: bytes | None = _one(prediction_id, Trace.spectrogram)
    return found


def _one(prediction_id: str, column: Any) -> Any:
    with reading() as session:
        return session.scalar(select(column).where(Trace.prediction_id == prediction_id))
