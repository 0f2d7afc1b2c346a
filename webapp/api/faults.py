"""What may be wrong with a request of a program, each with a stable code."""

from webapp.speech.errors import SpeechError


class NotUnderstood(SpeechError):
    """The request is not like its description."""

    code = "bad_request"


class WrongType(SpeechError):
    """The body is of a kind that is not read here."""

    code = "unsupported_media_type"

    def __init__(self, *known: str) -> None:
        super().__init__(f"This is read here as {' or '.join(known)}. Say so in Content-Type.")


class Heard(SpeechError):
    """The job is done, and its recording belongs to its prediction."""

    code = "already_heard"

    def __init__(self) -> None:
        super().__init__("This was heard already. Delete the prediction of the same id instead.")
