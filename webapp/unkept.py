"""Why audio was not kept, in sentences that name the cause and what to do about it."""

import errno

from webapp.speech.errors import SpeechError
from webapp.speech.words import N_

DISK_FULL = N_(
    "The disk that Tonelog writes to is full, so nothing was saved. "
    "Make room there, then try again."
)
READ_ONLY = N_(
    "Tonelog may not write to its folder just now, so nothing was saved. "
    "Make it writable, then try again."
)

_CAUSES = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
}


class NotWritten(SpeechError):
    """The audio could not be written."""

    code = "not_written"

    @classmethod
    def because(cls, error: OSError) -> "NotWritten":
        """With a sentence that names the cause."""
        other = N_("The recording cannot be written (%(reason)s), so nothing was saved.")
        return cls(_CAUSES.get(error.errno or 0, other % {"reason": error.strerror}))


class NotKept(SpeechError):
    """The audio was not kept, or is gone."""

    code = "not_kept"

    def __init__(
        self,
        sentence: str = N_(
            "The recording was not kept, or is gone, so it cannot be heard again. "
            "Send it once more and choose the model there."
        ),
    ) -> None:
        super().__init__(sentence)
