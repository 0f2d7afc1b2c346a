"""Why somebody is turned away, each with a stable code and a way out in words."""

from webapp.speech.errors import SpeechError


class WrongHost(SpeechError):
    """The request calls this copy by a name that is not its own."""

    code = "wrong_host"


class Stranger(SpeechError):
    """Somebody from another machine, where no password is set."""

    code = "password_not_set"


class Foreign(SpeechError):
    """The request was made by a page of somebody else."""

    code = "cross_site"


class LoginNeeded(SpeechError):
    """There is a password, and nobody has given it in this session."""

    code = "login_needed"


class WrongPassword(SpeechError):
    """The password is another one."""

    code = "wrong_password"


class CountsAway(SpeechError):
    """The store of the counts does not answer."""

    code = "counts_unavailable"


class TooOften(SpeechError):
    """More requests in a while than the setting allows."""

    code = "too_often"

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"{what} Try again in {in_words(seconds)}.")
        self.seconds = seconds


class Crowded(SpeechError):
    """More listen at once than this copy can hear."""

    code = "crowded"
    seconds = 2

    def __init__(self) -> None:
        super().__init__("More people speak here at once than can be heard. Just go on, or wait.")


def in_words(seconds: int) -> str:
    """`1 second`, `42 seconds`, `3 minutes`, `2 hours`: never less than it is."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds > 2 * size:
            return f"{-(-seconds // size)} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
