"""What `flask recognize` writes: a line a file, for people or for programs."""

import json

import click

from webapp.speech.errors import SpeechError
from webapp.tables import Prediction
from webapp.verdict import verdict


def described(file: str, prediction: Prediction) -> str:
    """What was heard, for people."""
    ranking = [f"{emotion} {share:.0%}" for emotion, share in prediction.ranking]
    heard = verdict(prediction)
    if prediction.named:
        headline, others = ranking[0], ranking[1:4]
    else:
        headline, others = heard.words.lower(), ranking[:3]
        headline += "" if heard.share is None else f" {heard.share:.0%}"
    remarks = [code.replace("_", " ") for code in prediction.remarks]
    end = "".join(f"; {remark}" for remark in remarks if remark != heard.words.lower())
    return f"{click.format_filename(file)}: {headline} ({', '.join(others)}){end}"


def deplored(file: str, error: SpeechError) -> str:
    """Why a file was not heard, for people."""
    return f"{click.format_filename(file)}: error {error.code}: {error.sentence}"


def described_as_json(file: str, prediction: Prediction) -> str:
    """What was heard, for programs."""
    return json.dumps(
        {
            "file": file,
            "emotion": prediction.emotion,
            "confidence": prediction.confidence,
            "named": prediction.named,
            "probabilities": prediction.probabilities,
            "remarks": prediction.remarks,
            "model": prediction.model,
            "duration_seconds": prediction.seconds,
        }
    )


def deplored_as_json(file: str, error: SpeechError) -> str:
    """Why a file was not heard, for programs."""
    return json.dumps({"file": file, "error": {"code": error.code, "sentence": error.sentence}})
