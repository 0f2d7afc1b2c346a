"""The one shape in which programs get a prediction: pages, downloads and the API."""

from typing import Any

from webapp.sayings import Said
from webapp.tables import Job, Prediction, in_utc


def document(prediction: Prediction, said: Said) -> dict[str, Any]:
    """A prediction, and what people say of it."""
    return {
        "id": prediction.id,
        "created_at": in_utc(prediction.created_at),
        "file": prediction.file_name,
        "source": prediction.source,
        "seconds": prediction.seconds,
        "sha256": prediction.content_hash,
        "model": prediction.model,
        "model_version": prediction.model_version,
        "emotion": prediction.emotion,
        "confidence": prediction.confidence,
        "named": prediction.named,
        "probabilities": prediction.probabilities,
        "remarks": prediction.remarks,
        "milliseconds": prediction.milliseconds,
        "has_audio": prediction.audio_name is not None,
        "batch": prediction.batch_id,
        "note": said.note,
        "tags": list(said.tags),
        "correction": said.correction,
    }


def unheard(job: Job) -> dict[str, Any]:
    """The same of a recording in which nothing was heard, or not yet."""
    return {
        "id": job.id,
        "created_at": in_utc(job.created_at),
        "file": job.file_name,
        "source": job.source,
        "seconds": None,
        "sha256": None,
        "model": job.model,
        "model_version": None,
        "emotion": None,
        "confidence": None,
        "named": None,
        "probabilities": None,
        "remarks": [],
        "milliseconds": None,
        "has_audio": job.audio_name is not None,
        "batch": job.batch_id,
        "note": "",
        "tags": [],
        "correction": None,
    }
