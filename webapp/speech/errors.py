"""What can go wrong on the way from bytes to an emotion, each with a stable code and a way out."""

from typing import ClassVar


class SpeechError(Exception):
    """A failure that the user can do something about.

    `code` never changes, programs may rely on it. The message is a sentence for people: what is
    wrong and what to do next.
    """

    code: ClassVar[str]

    @property
    def sentence(self) -> str:
        """What happened and what to do next, for people."""
        return str(self)


class EmptyFile(SpeechError):
    """Nothing came."""

    code = "empty_file"


class NotAudio(SpeechError):
    """The bytes are no audio that can be read, or their sound is damaged."""

    code = "not_audio"


class NoSound(SpeechError):
    """A proper container that holds no sound, such as a silent video or a bare header."""

    code = "no_sound"


class TooLarge(SpeechError):
    """More bytes than the setting allows."""

    code = "too_large"


class TooLong(SpeechError):
    """More seconds than the setting allows."""

    code = "too_long"


class TooShort(SpeechError):
    """Too little sound to tell an emotion from."""

    code = "too_short"


class NoSpeech(SpeechError):
    """Sound in which there is nothing to hear."""

    code = "no_speech"


class UnknownModel(SpeechError):
    """No bundle of that name."""

    code = "unknown_model"


class DamagedBundle(SpeechError):
    """A bundle not to be used: a file is missing or altered, or its golden outputs do not come."""

    code = "damaged_bundle"


class MissingExtra(SpeechError):
    """A model needs a package that is installed apart."""

    code = "missing_extra"
